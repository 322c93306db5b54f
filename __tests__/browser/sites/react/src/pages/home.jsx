import { useEffect, useState } from 'react';

export function Page() {
  const [sum, setSum] = useState('…');
  useEffect(() => {
    const worker = new Worker(new URL('../sum.worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => setSum(data);
    worker.postMessage([3, 4, 5]);
    return () => worker.terminate();
  }, []);
  return (
    <>
      <h1>Harbour</h1>
      <p id="sum">{sum} boats, counted by a worker</p>
    </>
  );
}
