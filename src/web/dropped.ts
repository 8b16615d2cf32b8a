/** A file, with its path in the folder that was dropped. */
export interface Dropped {
  readonly file: File;
  readonly name: string;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function filesIn(entry: FileSystemEntry): Promise<Dropped[]> {
  if (entry.name.startsWith(".")) return []; // what systems keep in folders for themselves
  if (entry.isFile)
    return [
      { file: await fileOf(entry as FileSystemFileEntry), name: entry.fullPath.replace(/^\//, "") },
    ];
  const inside = await entriesOf(entry as FileSystemDirectoryEntry);
  return (await Promise.all(inside.map(filesIn))).flat();
}

/** The files and the files of folders that were dropped. */
export async function droppedFiles(data: DataTransfer): Promise<Dropped[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length > 0) return (await Promise.all(entries.map(filesIn))).flat();
  return [...data.files].map((file) => ({ file, name: file.name }));
}
