package dev.berth.engine;

import dev.berth.engine.save.LocalSaveFiles;
import dev.berth.engine.save.SaveFiles;
import dev.berth.error.HostFailureException;
import dev.berth.job.JobId;
import dev.berth.machine.LaunchRecord;
import dev.berth.migration.SavedMachine;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** Files of this host to which a test does something at the wrong moment. Thread-safe. */
final class BrittleSaveFiles implements SaveFiles {
  private final SaveFiles files = new LocalSaveFiles();
  private volatile Runnable measuring = () -> {};
  private volatile Runnable naming = () -> {};
  private volatile Runnable named = () -> {};
  private volatile Runnable reading = () -> {};

  /** What happens before the file that has grown is measured. */
  void whenMeasured(Runnable then) {
    measuring = then;
  }

  /** What happens before a file gets its name. */
  void beforeNaming(Runnable then) {
    naming = then;
  }

  /** What happens when a file has got its name. */
  void whenNamed(Runnable then) {
    named = then;
  }

  /** What happens before all of a file is read. */
  void beforeReadingAll(Runnable then) {
    reading = then;
  }

  /** For {@link #whenNamed}: the directory could not be brought to the disk. */
  static void fail() {
    throw new HostFailureException("the disk is broken");
  }

  @Override
  public void makeRoom(Path directory, long bytes) {
    files.makeRoom(directory, bytes);
  }

  @Override
  public void check(Path target) {
    files.check(target);
  }

  @Override
  public FileOutputStream create(Path partial) {
    return files.create(partial);
  }

  @Override
  public Optional<Written> settle(Path partial, LaunchRecord launch) {
    measuring.run();
    return files.settle(partial, launch);
  }

  @Override
  public OptionalLong size(Path partial) {
    return files.size(partial);
  }

  @Override
  public void complete(Path partial, Path target, Facts facts) {
    naming.run();
    files.complete(partial, target, facts);
    named.run();
  }

  @Override
  public boolean isOf(Path target, JobId job) {
    return files.isOf(target, job);
  }

  @Override
  public void discard(Path partial, Path target, JobId job) {
    files.discard(partial, target, job);
  }

  @Override
  public void discardOwn(Path partial, Path target, JobId job) {
    files.discardOwn(partial, target, job);
  }

  @Override
  public SavedMachine readAll(Path file) {
    reading.run();
    return files.readAll(file);
  }

  @Override
  public SavedMachine read(Path file) {
    return files.read(file);
  }
}
