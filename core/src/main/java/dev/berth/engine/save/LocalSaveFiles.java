package dev.berth.engine.save;

import dev.berth.error.HostFailureException;
import dev.berth.host.MemoryDump.Existing;
import dev.berth.job.JobId;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.LaunchRecord;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Saved machines as files of this host, for its user alone to read. */
public final class LocalSaveFiles implements SaveFiles {
  private final DumpFiles files = new LocalDumpFiles();

  @Override
  public void makeRoom(Path directory, long bytes) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      long free = Files.getFileStore(directory).getUsableSpace();
      if (free < bytes) {
        throw new HostFailureException(
            "There are "
                + free
                + " bytes free in '"
                + directory
                + "', and the guest has "
                + bytes
                + " of memory. Make room there, or save it to a file elsewhere.");
      }
    } catch (IOException e) {
      throw new HostFailureException("'" + directory + "' cannot be made here: " + e + ".", e);
    }
  }

  @Override
  public void check(Path target) {
    files.check(target, Existing.REFUSE);
  }

  @Override
  public FileOutputStream create(Path partial) {
    return files.create(partial);
  }

  @Override
  public Optional<Written> settle(Path partial, LaunchRecord launch) {
    try (FileChannel written = FileChannel.open(partial, StandardOpenOption.WRITE);
        FileChannel directory =
            FileChannel.open(partial.resolveSibling(""), StandardOpenOption.READ)) {
      written.force(true);
      directory.force(true);
      List<ImageState> images = ImageState.ofMachine(launch);
      for (ImageState image : images) {
        if (image.isLaterThan(partial)) {
          throw new HostFailureException(
              "Somebody has written to '" + image.file() + "' since the guest stood.");
        }
      }
      return Optional.of(new Written(written.size(), images));
    } catch (NoSuchFileException none) {
      if (Files.exists(partial, LinkOption.NOFOLLOW_LINKS)) {
        throw new HostFailureException("An image is not there any more: " + none + ".", none);
      }
      return Optional.empty();
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
  public void complete(Path partial, Path target, Facts facts) {
    Written written = facts.written();
    try {
      SaveFile.describe(
          partial,
          written.bytes(),
          stream ->
              new SavedMachine(
                  facts.origin(),
                  facts.guest(),
                  facts.launch(),
                  facts.cpu(),
                  written.images(),
                  stream));
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
  public void discardOwn(Path partial, Path target, JobId job) {
    files.discard(partial);
    if (isOf(target, job) || isDamaged(target)) {
      files.discard(target);
    }
  }

  private static boolean isDamaged(Path target) {
    try {
      if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
        SaveFile.read(target);
      }
      return false;
    } catch (HostFailureException e) {
      return e.getCause() instanceof MalformedReplyException;
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
