package dev.berth.engine.backup;

import dev.berth.domain.DomainName;
import java.util.List;

/**
 * What a domain notes of the writes to its disks now, as the next backup would find it.
 *
 * @param sources its disks, with the marks in their images
 * @param unknown why that is not known; empty when it is
 */
public record DomainNotes(DomainName name, List<BackupSource> sources, String unknown) {

  public static DomainNotes unknown(DomainName name, String why) {
    return new DomainNotes(name, List.of(), why);
  }
}
