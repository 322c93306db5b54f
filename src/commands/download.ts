import type { Host } from '../hosts/host.ts';
export async function run(host: Host): Promise<void> { await Promise.resolve(host); }
