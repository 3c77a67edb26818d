package dev.berth.engine.backup;

import dev.berth.backup.Backup;
import dev.berth.backup.Backup.BackedUpDisk;
import dev.berth.backup.BackupName;
import dev.berth.error.BerthException;
import dev.berth.error.NotFoundException;
import dev.berth.image.FoundImage;
import dev.berth.image.ImageFiles;
import dev.berth.image.ImageFormat;
import dev.berth.image.ImageTask.Layer;
import dev.berth.image.ImageTaskException;
import dev.berth.image.ImageTaskException.Kind;
import dev.berth.image.Qcow2Header;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The image that a backup has of a disk and all that it stands on, as their descriptions say; what
 * the images themselves say is compared with that and never followed.
 *
 * @param backup whose
 * @param layers the uppermost first
 * @param backups of which those are, in the same order
 * @param identities which file each was when it was looked at, in the same order; empty before
 */
public record BackupChain(
    BackupName backup, List<BackedUpDisk> layers, List<Backup> backups, List<String> identities) {

  public BackupChain {
    layers = List.copyOf(layers);
    backups = List.copyOf(backups);
    identities = List.copyOf(identities);
  }

  /**
   * The chain of a disk, each image of which is there, is as long as it was, and says of itself
   * what its description says.
   *
   * @param known all backups of the directory
   * @throws ImageTaskException when it cannot be used, of kind {@link Kind#DAMAGED}
   */
  public static BackupChain of(ImageFiles files, Backup backup, String disk, List<Backup> known)
      throws ImageTaskException {
    BackupChain chain = described(backup, disk, known);
    return new BackupChain(chain.backup(), chain.layers(), chain.backups(), chain.look(files));
  }

  /** The chain as the descriptions have it. */
  private static BackupChain described(Backup backup, String disk, List<Backup> known)
      throws ImageTaskException {
    List<BackedUpDisk> layers = new ArrayList<>();
    List<Backup> backups = new ArrayList<>();
    Set<BackupName> names = new HashSet<>();
    Optional<BackupName> next = Optional.of(backup.name());
    while (next.isPresent()) {
      BackupName name = next.get();
      if (!names.add(name)) {
        throw damaged(backup.name(), "it stands on itself, by way of '" + name + "'");
      }
      Backup owner =
          known.stream()
              .filter(it -> it.name().equals(name))
              .filter(it -> it.origin().domain().equals(backup.origin().domain()))
              .findFirst()
              .orElseThrow(() -> missing(backup.name(), disk, name));
      BackedUpDisk layer =
          owner
              .disk(disk)
              .filter(BackedUpDisk::isInFolder)
              .orElseThrow(() -> missing(backup.name(), disk, name));
      backups.add(owner);
      layers.add(layer);
      next = layer.since();
    }
    return new BackupChain(backup.name(), layers, backups, List.of());
  }

  private static ImageTaskException missing(BackupName backup, String disk, BackupName layer) {
    return damaged(
        backup,
        "it stands on backup '" + layer + "', which is not there or has nothing of '" + disk + "'");
  }

  /** Which files its images are, each of which is right as far as its header tells. */
  private List<String> look(ImageFiles files) throws ImageTaskException {
    List<String> identities = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      Optional<Path> below =
          i + 1 < layers.size() ? Optional.of(layers.get(i + 1).file()) : Optional.empty();
      Look look = look(files, layers.get(i), below);
      if (look.wrong().isPresent()) {
        throw damaged(look.wrong().get());
      }
      identities.add(look.identity());
    }
    return identities;
  }

  /**
   * Sees whether its images are still the files that were looked at, after somebody has opened them
   * by their names.
   *
   * @throws ImageTaskException when one was replaced meanwhile
   */
  public void requireNoneReplaced(ImageFiles files) throws ImageTaskException {
    if (!look(files).equals(identities)) {
      throw damaged("one of its images was replaced while they were read");
    }
  }

  /** What was seen of an image: what is wrong with it, or which file it is. */
  private record Look(Optional<String> wrong, String identity) {}

  private static Look look(ImageFiles files, BackedUpDisk layer, Optional<Path> below) {
    Path file = layer.file();
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new Look(Optional.of("'" + file + "' is not there, or is no file"), "");
    }
    try {
      FoundImage found = files.look(file);
      return new Look(wrong(found, layer, below), found.identity());
    } catch (NotFoundException gone) {
      return new Look(Optional.of("'" + file + "' is not there"), "");
    } catch (BerthException unreadable) {
      return new Look(Optional.of(String.valueOf(unreadable.getMessage())), "");
    }
  }

  /**
   * What is wrong with one image, as far as its header and its length tell; empty when nothing is.
   *
   * @param below what it is to stand on
   */
  static Optional<String> wrong(ImageFiles files, BackedUpDisk layer, Optional<Path> below) {
    return look(files, layer, below).wrong();
  }

  private static Optional<String> wrong(
      FoundImage found, BackedUpDisk layer, Optional<Path> below) {
    Path file = layer.file();
    if (!found.file().equals(file)) {
      return Optional.of("'" + file + "' is behind a symbolic link, which is not followed");
    }
    if (found.bytes() != layer.content().fileBytes()) {
      return Optional.of(
          "'" + file + "' has " + found.bytes() + " bytes, and had " + layer.content().fileBytes());
    }
    if (layer.format() == ImageFormat.QCOW2) {
      return wrongHeader(found, layer, below);
    }
    return found.bytes() == layer.content().size().bytes() && layer.since().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "'" + file + "' is of a disk of another size than it was, or stands on what it cannot");
  }

  private static Optional<String> wrongHeader(
      FoundImage found, BackedUpDisk layer, Optional<Path> below) {
    Path file = layer.file();
    if (found.header().isEmpty()) {
      return Optional.of("'" + file + "' is not qcow2 any more");
    }
    Qcow2Header header = found.header().get();
    Optional<String> obstacle =
        header
            .obstacle()
            .or(header::broken)
            .or(() -> header.encryption() == 0 ? Optional.empty() : Optional.of("is encrypted"));
    if (obstacle.isPresent()) {
      return Optional.of("'" + file + "' " + obstacle.get());
    }
    if (header.virtualSize() != layer.content().size().bytes()) {
      return Optional.of("'" + file + "' is of a disk of another size than it was");
    }
    return isBelow(file, header, below)
        ? Optional.empty()
        : Optional.of(
            "the header of '"
                + file
                + "' names "
                + header.backingFile().map(name -> "'" + name + "'").orElse("nothing")
                + " as what it stands on, and not "
                + below.map(path -> "'" + path + "'").orElse("nothing"));
  }

  private static boolean isBelow(Path file, Qcow2Header header, Optional<Path> below) {
    try {
      return header
          .backingFile()
          .map(name -> file.resolveSibling(name).normalize())
          .equals(below.map(Path::normalize));
    } catch (InvalidPathException hostile) { // then it is the name of nothing
      return false;
    }
  }

  /** What is told of a backup that is not as it was. */
  public ImageTaskException damaged(String why) {
    return damaged(backup, why);
  }

  private static ImageTaskException damaged(BackupName backup, String why) {
    String sentence = why.endsWith(".") ? why : why + ".";
    return new ImageTaskException(Kind.DAMAGED, "Backup '" + backup + "' is damaged: " + sentence);
  }

  /**
   * Sees whether its descriptions are as they were when their backups were complete.
   *
   * @throws ImageTaskException when one is not
   */
  public void requireAsOnRecord(BackupRecords records) throws ImageTaskException {
    for (Backup each : backups) {
      boolean changed =
          records
              .find(each.folder())
              .filter(record -> record.isOf(each) && !record.backup().equals(each))
              .isPresent();
      if (changed) {
        throw damaged(
            "'"
                + each.folder().resolve(BackupReading.DESCRIPTION)
                + "' is not what it was when that backup was complete");
      }
    }
  }

  /** How its images are read, each named, so that nothing is left to their headers. */
  public List<Layer> described() {
    return layers.stream().map(layer -> new Layer(layer.file(), layer.format())).toList();
  }

  /** How long all its images are together. */
  public long fileBytes() {
    return layers.stream().mapToLong(layer -> layer.content().fileBytes()).sum();
  }
}
