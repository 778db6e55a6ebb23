/** Where unsaved answers survive a reload: IndexedDB, or the page's memory where that is not to be had. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Entry } from "./answer";

type Change = (entry: Entry | undefined) => Entry | undefined;

export interface Store {
  /** False when a reload would lose the entries. */
  readonly durable: boolean;
  /** The unsaved answers of a response, oldest change first. */
  all(response: string): Promise<Entry[]>;
  /** Reads, changes and writes one entry in one step, also between tabs; undefined removes it. */
  change(response: string, question: string, change: Change): Promise<Entry | undefined>;
  wipe(response: string): Promise<void>;
}

interface Schema extends DBSchema {
  answers: { key: [string, string]; value: Entry; indexes: { response: string } };
}

const byAge = (one: Entry, other: Entry) => one.changed_at - other.changed_at;

class BrowserStore implements Store {
  readonly durable = true;

  constructor(private readonly database: IDBPDatabase<Schema>) {}

  async all(response: string): Promise<Entry[]> {
    const entries = await this.database.getAllFromIndex("answers", "response", response);
    return entries.sort(byAge);
  }

  async change(response: string, question: string, change: Change): Promise<Entry | undefined> {
    const work = this.database.transaction("answers", "readwrite");
    const entry = change(await work.store.get([response, question]));
    await (entry ? work.store.put(entry) : work.store.delete([response, question]));
    await work.done;
    return entry;
  }

  async wipe(response: string): Promise<void> {
    const work = this.database.transaction("answers", "readwrite");
    const keys = await work.store.index("response").getAllKeys(response);
    await Promise.all(keys.map((key) => work.store.delete(key)));
    await work.done;
  }
}

export class MemoryStore implements Store {
  readonly durable = false;
  private readonly entries = new Map<string, Entry>();

  async all(response: string): Promise<Entry[]> {
    return [...this.entries.values()].filter((entry) => entry.response === response).sort(byAge);
  }

  async change(response: string, question: string, change: Change): Promise<Entry | undefined> {
    const key = JSON.stringify([response, question]);
    const entry = change(this.entries.get(key));
    if (entry) this.entries.set(key, entry);
    else this.entries.delete(key);
    return entry;
  }

  async wipe(response: string): Promise<void> {
    for (const [key, entry] of this.entries) if (entry.response === response) this.entries.delete(key);
  }
}

/** The device's own store; private windows and full disks get the page's memory, and the page says so. */
export async function openStore(): Promise<Store> {
  try {
    const database = await openDB<Schema>("trigpoint-answers", 1, {
      upgrade(fresh) {
        const answers = fresh.createObjectStore("answers", { keyPath: ["response", "question"] });
        answers.createIndex("response", "response");
      },
    });
    return new BrowserStore(database);
  } catch {
    return new MemoryStore();
  }
}
