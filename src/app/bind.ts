type UseCase<Ports> = (ports: Ports, ...args: never[]) => unknown;

type Bound<UseCases> = {
  readonly [Name in keyof UseCases]: UseCases[Name] extends (
    ports: never,
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Result
    : never;
};

/** Use cases as methods: each gets the ports before what the method is called with. */
export function bind<Ports, UseCases extends Record<string, UseCase<Ports>>>(
  ports: Ports,
  useCases: UseCases,
): Bound<UseCases> {
  const methods = Object.entries(useCases).map(([name, useCase]) => [
    name,
    (...args: never[]) => useCase(ports, ...args),
  ]);
  return Object.fromEntries(methods) as Bound<UseCases>;
}
