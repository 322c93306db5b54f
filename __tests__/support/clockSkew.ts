/**
 * Preloaded with `node --import`, this module shifts the clock of the process by `SKEW_SECONDS`, like a wrong clock on a runner. It changes
 * `Date` only, not timers.
 */
const skewMs = Number(process.env['SKEW_SECONDS'] ?? 0) * 1000;
const RightDate = Date;

globalThis.Date = new Proxy(RightDate, {
  construct: (_, parameters, target) =>
    Reflect.construct(
      RightDate,
      parameters.length > 0 ? parameters : [RightDate.now() + skewMs],
      target,
    ) as object,
  apply: () => new RightDate(RightDate.now() + skewMs).toString(),
  get: (target, name, receiver) =>
    name === 'now' ? () => RightDate.now() + skewMs : (Reflect.get(target, name, receiver) as unknown),
});
