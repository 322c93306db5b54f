import { Link, Outlet } from 'react-router';

import anchor from './anchor.svg';

export function Layout() {
  return (
    <>
      <header>
        <img src={anchor} alt="" width="32" height="32" />
        <nav>
          <Link to="/">Harbour</Link> <Link to="/boats/osprey">Osprey</Link>{' '}
          <Link to="/boats/gannet">Gannet</Link> <Link to="/reef">Reef</Link>
        </nav>
      </header>
      <main>
        <Outlet />
      </main>
    </>
  );
}
