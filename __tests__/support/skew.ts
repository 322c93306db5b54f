/**
 * Sets the clock of the process that preloads this (`node --import`) wrong by so many seconds as the variable `SKEW_SECONDS` says, as a runner's may be.
 * All of it is in `Date`; timers go on as they were.
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
