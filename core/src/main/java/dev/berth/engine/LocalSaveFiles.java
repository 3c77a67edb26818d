package dev.berth.engine;

import dev.berth.error.HostFailureException;
import dev.berth.host.MemoryDump.Existing;
import dev.berth.job.JobId;
import dev.berth.json.MalformedReplyException;
import dev.berth.migration.ImageState;
import dev.berth.migration.SaveFile;
import dev.berth.migration.SavedMachine;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;

/** Saved machines as files of this host, for its user alone to read. */
final class LocalSaveFiles implements SaveFiles {
  private final DumpFiles files = new LocalDumpFiles();

  @Override
  public void check(Path target) {
    files.check(target, Existing.REFUSE);
  }

  @Override
  public FileOutputStream create(Path partial) {
    return files.create(partial);
  }

  @Override
  public OptionalLong settle(Path partial) {
    try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE);
        FileChannel directory =
            FileChannel.open(partial.resolveSibling(""), StandardOpenOption.READ)) {
      written.force(true);
      directory.force(true);
      return OptionalLong.of(written.size());
    } catch (NoSuchFileException none) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw new HostFailureException(
          "'" + partial + "' cannot be brought to the disk: " + e + ".", e);
    }
  }

  @Override
  public OptionalLong size(Path partial) {
    return files.size(partial);
  }

  @Override
  public void complete(Path partial, Path target, long streamBytes, Facts facts) {
    try {
      List<ImageState> images = ImageState.ofMachine(facts.launch());
      SaveFile.describe(
          partial,
          streamBytes,
          stream ->
              new SavedMachine(facts.origin(), facts.guest(), facts.launch(), images, stream));
    } catch (IOException e) {
      throw new HostFailureException("'" + partial + "' cannot be completed: " + e + ".", e);
    }
    files.keep(partial, target, Existing.REFUSE);
  }

  @Override
  public boolean isOf(Path target, JobId job) {
    try {
      return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
          && SaveFile.read(target).origin().job().equals(job);
    } catch (HostFailureException e) {
      if (e.getCause() instanceof MalformedReplyException) {
        return false; // it is somebody else's, and no saved machine
      }
      throw e;
    }
  }

  @Override
  public void discard(Path partial, Path target, JobId job) {
    files.discard(partial);
    if (isOf(target, job)) {
      files.discard(target);
    }
  }

  @Override
  public SavedMachine readAll(Path file) {
    return SaveFile.readAll(file);
  }

  @Override
  public SavedMachine read(Path file) {
    return SaveFile.read(file);
  }
}
