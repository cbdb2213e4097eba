/**
 * Keeps writes out of scans that read the file page by page, since such a scan has no copy of its own to look at.
 * A write that waits goes before every scan that comes after it. Without such scans nobody ever waits.
 */
export class ScanGate {
  private scans = 0;
  private writes = 0;
  private readonly sleepers: (() => void)[] = [];

  async scan<T>(work: () => Promise<T>): Promise<T> {
    while (this.writes > 0) await this.change();
    this.scans += 1;
    try {
      return await work();
    } finally {
      this.scans -= 1;
      this.wake();
    }
  }

  async write<T>(work: () => T | Promise<T>): Promise<T> {
    this.writes += 1;
    try {
      while (this.scans > 0) await this.change();
      return await work();
    } finally {
      this.writes -= 1;
      this.wake();
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.sleepers.push(resolve));
  }

  private wake(): void {
    for (const resume of this.sleepers.splice(0)) resume();
  }
}
