/** The error that a simulated process throws after its death. */
export class Death extends Error {
  override readonly name = "Death";
}

/**
 * The life of a simulated process. Every call of a port checks it twice, before and after its effect. At the
 * chosen check the process dies, and its later calls have no effect.
 */
export interface Life {
  /** @throws Death from the chosen check on */
  pass(): void;
  readonly isDead: () => boolean;
  /** Ends the process at once. */
  end(): void;
}

/** A life that ends at the nth check, from 0. Infinity: it ends only by `die`. */
export function createLife(passages: number): Life {
  let left = passages;
  return {
    pass() {
      if (left <= 0) throw new Death("the process is dead");
      left -= 1;
    },
    isDead: () => left <= 0,
    end: () => {
      left = 0;
    },
  };
}

/** A port for a process that may die: each call of a method checks the process's life. */
export function mortal<Port extends object>(port: Port, life: Life): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]): Promise<unknown> => {
        life.pass();
        const answer: unknown = await Reflect.apply(value, target, args);
        life.pass();
        return answer;
      };
    },
  });
}
