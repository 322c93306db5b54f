import { createRoot } from 'react-dom/client';
import { RouterProvider, createBrowserRouter } from 'react-router';

import './main.css';
import { Layout } from './layout.jsx';

const page = (load) => async () => ({ Component: (await load()).Page });

const router = createBrowserRouter(
  [
    {
      path: '/',
      Component: Layout,
      children: [
        { index: true, lazy: page(() => import('./pages/home.jsx')) },
        { path: 'boats/:name', lazy: page(() => import('./pages/boat.jsx')) },
        { path: '*', lazy: page(() => import('./pages/nowhere.jsx')) },
      ],
    },
  ],
  { basename: import.meta.env.BASE_URL },
);

createRoot(document.getElementById('root')).render(<RouterProvider router={router} />);
