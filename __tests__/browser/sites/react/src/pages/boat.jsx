import { useParams } from 'react-router';

import './boat.css';

export function Page() {
  const { name } = useParams();
  return (
    <article className="boat">
      <h1>Boat {name}</h1>
      <p>Built of oak.</p>
    </article>
  );
}
