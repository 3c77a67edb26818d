package dev.berth.engine.image;

import dev.berth.definition.Boot;
import dev.berth.definition.DomainDefinition;
import dev.berth.error.HostFailureException;
import dev.berth.migration.ImageIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The files of a definition that have to be the same ones on the host that a domain goes to. */
public final class DefinedFiles {
  private DefinedFiles() {}

  /**
   * Which they are.
   *
   * @param found a definition whose images of pools are found
   */
  public static Set<Path> of(DomainDefinition found) {
    Set<Path> files = new LinkedHashSet<>();
    found.disks().forEach(disk -> disk.file().ifPresent(files::add));
    if (found.boot() instanceof Boot.Kernel boot) {
      files.add(boot.kernel());
      boot.initrd().ifPresent(files::add);
    }
    return files;
  }

  /**
   * Which files those are here.
   *
   * @param more that its machine would open, for what it names stands on them
   * @throws HostFailureException when one cannot be looked at
   */
  public static List<ImageIdentity> identities(DomainDefinition found, Set<Path> more) {
    Set<Path> all = of(found);
    all.addAll(more);
    try {
      return ImageIdentity.ofFiles(all);
    } catch (IOException e) {
      throw new HostFailureException(
          "The files of domain '" + found.name() + "' cannot be looked at: " + e + ".", e);
    }
  }

  /** What of a definition does not go along, each that does not. */
  public static List<String> leftBehind(DomainDefinition definition) {
    List<String> left = new ArrayList<>();
    if (definition.boot() instanceof Boot.Uefi) {
      left.add(
          "its UEFI variables are in this host's own directory, and do not move; copy them by hand,"
              + " and define it there anew");
    }
    return left;
  }
}
