export function Page() {
  return <h1>No such berth</h1>;
}
