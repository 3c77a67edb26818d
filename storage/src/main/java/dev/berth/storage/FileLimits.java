package dev.berth.storage;

/**
 * When the database file is rewritten without its free space. H2 keeps replaced pages for a while
 * and then leaves holes, so a busy file grows to many times its content.
 *
 * @param runningBytes a smaller file is left alone while the store is open
 * @param closingBytes a smaller file is left alone when the store is closed
 * @param growth a file is rewritten when it has grown to this many times its size after the last
 *     rewriting, so that rewriting costs a bounded share of the writing
 */
record FileLimits(long runningBytes, long closingBytes, int growth) {
  static final FileLimits DEFAULT = new FileLimits(64L << 20, 8L << 20, 4);

  boolean isExceededWhileOpen(long bytes, long bytesAfterLast) {
    return bytes > Math.max(runningBytes, Math.multiplyExact(bytesAfterLast, growth));
  }

  boolean isExceededAtClose(long bytes, long bytesAfterLast) {
    return bytes > Math.max(closingBytes, Math.multiplyExact(bytesAfterLast, growth));
  }
}
