import type { Server } from "node:http";

/** How often a server that closes looks for connections whose answer has been given meanwhile. */
const idleLookMs = 50;

/**
 * Takes no more connections, ends idle ones, and waits until the answers under way are given, for so
 * long at most or until the signal; then it cuts them off.
 */
export async function closeServer(
  server: Server,
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const looking = setInterval(() => server.closeIdleConnections(), idleLookMs);
  const cut = () => server.closeAllConnections();
  const timer = setTimeout(cut, graceMs);
  signal.addEventListener("abort", cut);
  if (signal.aborted) cut();
  await closed;
  clearInterval(looking);
  clearTimeout(timer);
  signal.removeEventListener("abort", cut);
}
