package dev.berth.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.Random;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A file system below H2, {@code faulty:}, whose writes and syncs fail when told to. Public because
 * H2 makes instances of it; they share one set of faults.
 */
public final class FaultyDisk extends FilePathWrapper {
  static final String SCHEME = "faulty";
  private static final Faults FAULTS = new Faults();

  /** For H2. */
  public FaultyDisk() {}

  /** Makes H2 know this file system; there are no faults until some are asked for. */
  static Faults install() {
    FilePath.register(new FaultyDisk());
    FAULTS.clear();
    return FAULTS;
  }

  static void uninstall() {
    FilePath.unregister(new FaultyDisk());
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    return new FaultyChannel(super.open(mode));
  }

  /** What goes wrong next. */
  static final class Faults {
    private int writesUntilFault = -1;
    private int tornBytes;
    private int syncsUntilFault = -1;

    synchronized void clear() {
      writesUntilFault = -1;
      syncsUntilFault = -1;
    }

    /** After that many writes one fails, having written some of its bytes. */
    synchronized void failWrite(int after, int bytesWritten) {
      writesUntilFault = after;
      tornBytes = bytesWritten;
    }

    /** After that many syncs one fails. */
    synchronized void failSync(int after) {
      syncsUntilFault = after;
    }

    /** Some fault soon. */
    void failSomewhere(Random random) {
      if (random.nextInt(3) == 0) {
        failSync(random.nextInt(3));
      } else {
        failWrite(random.nextInt(8), random.nextInt(5000));
      }
    }

    /** The number of bytes to write before failing, or -1 to write them all. */
    private synchronized int nextWrite() {
      return writesUntilFault >= 0 && writesUntilFault-- == 0 ? tornBytes : -1;
    }

    private synchronized boolean nextSyncFails() {
      return syncsUntilFault >= 0 && syncsUntilFault-- == 0;
    }
  }

  private static final class FaultyChannel extends FileBase {
    private final FileChannel disk;

    FaultyChannel(FileChannel disk) {
      this.disk = disk;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      int torn = FAULTS.nextWrite();
      if (torn < 0) {
        return disk.write(source, position);
      }
      ByteBuffer part = source.duplicate();
      part.limit(Math.min(part.limit(), part.position() + torn));
      disk.write(part, position);
      throw new IOException("Input/output error");
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int written = write(source, disk.position());
      disk.position(disk.position() + written);
      return written;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      if (FAULTS.nextSyncFails()) {
        throw new IOException("Input/output error");
      }
      disk.force(metaData);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return disk.read(target, position);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return disk.read(target);
    }

    @Override
    public long position() throws IOException {
      return disk.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      disk.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return disk.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      disk.truncate(size);
      return this;
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return disk.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      disk.close();
    }
  }
}
