/** What a simulated process throws from the moment of its death on. */
export class Death extends Error {
  override readonly name = "Death";
}

/**
 * The life of a simulated process. Every call of a port passes it twice, before and after its effect; at
 * the passage that was chosen the process dies, and nothing that it does later has any effect.
 */
export interface Life {
  /** @throws Death from the fatal passage on */
  pass(): void;
  readonly isDead: () => boolean;
  /** Lets it die at once. */
  end(): void;
}

/** A life that ends at the nth passage, from 0; Infinity: it does not end by itself. */
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

/** A port as a mortal process uses it: its methods, called within a life. */
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
