package dev.berth.engine.backup;

import dev.berth.backup.Extent;
import dev.berth.error.InvalidRequestException;
import dev.berth.host.BackupRequest;
import dev.berth.image.ImageFormat;
import dev.berth.machine.TargetFile;
import dev.berth.machine.TargetFile.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a backup can be written to that is given with the call. Pure. */
public final class GivenFileRules {
  private GivenFileRules() {}

  /**
   * Sees whether it can be done.
   *
   * @param targets what is given, by the names of the disks
   * @param chosen the disks that are backed up
   * @throws InvalidRequestException when not
   */
  static void check(
      BackupRequest request, Map<String, TargetFile> targets, List<BackupSource> chosen) {
    if (targets.isEmpty()) {
      return;
    }
    if (request.wanted().extent() != Extent.FULL) {
      throw new InvalidRequestException(
          "extent: what is written to a given file stands on no backup. Ask for a full one"
              + " ('--full').");
    }
    Set<String> disks = chosen.stream().map(BackupSource::disk).collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>(targets.keySet());
    unknown.removeAll(disks);
    if (!unknown.isEmpty()) {
      throw new InvalidRequestException(
          "descriptors: "
              + String.join(", ", unknown)
              + " is not backed up, but a file is given for it; disks that are: "
              + String.join(", ", new TreeSet<>(disks))
              + ".");
    }
    for (BackupSource source : chosen) {
      TargetFile target = targets.get(source.disk());
      if (target != null && target.kind() == Kind.BLOCK_DEVICE) {
        checkDevice(request.format(), source, target);
      }
    }
  }

  private static void checkDevice(ImageFormat format, BackupSource source, TargetFile target) {
    if (format != ImageFormat.RAW) {
      throw new InvalidRequestException(
          "format: a block device is given for disk '"
              + source.disk()
              + "', and takes a raw image only. Ask for that ('--format raw').");
    }
    if (target.bytes() < source.size()) {
      throw new InvalidRequestException(
          "descriptors: the block device given for disk '"
              + source.disk()
              + "' has "
              + target.bytes()
              + " bytes, and the disk "
              + source.size()
              + ". Give a larger one.");
    }
  }
}
