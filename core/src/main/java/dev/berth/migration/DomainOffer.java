package dev.berth.migration;

import dev.berth.domain.DomainName;
import dev.berth.job.JobId;
import dev.berth.machine.StreamKey;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A domain without a machine that a host would have another take.
 *
 * @param migration the id of the source's job, and of the target's
 * @param domain its UUID
 * @param name its name
 * @param definition its definition as canonical JSON
 * @param images the files that the definition names and that are to be there
 * @param copies the images that it takes along
 * @param from what the source tells of itself
 * @param boot of the machine that the source runs on
 * @param key by which the images are to be encrypted that it takes along; without one they go over
 *     a socket of the machine of both
 */
public record DomainOffer(
    JobId migration,
    UUID domain,
    DomainName name,
    String definition,
    List<ImageIdentity> images,
    List<CopiedImage> copies,
    String from,
    String boot,
    Optional<StreamKey> key) {

  /** Copies the lists. */
  public DomainOffer {
    images = List.copyOf(images);
    copies = List.copyOf(copies);
  }

  /** Where the source is, for a host that runs in that boot of its machine. */
  public ImageIdentity.Place place(String here) {
    return !boot.isEmpty() && boot.equals(here)
        ? ImageIdentity.Place.SAME_MACHINE
        : ImageIdentity.Place.ANOTHER_MACHINE;
  }
}
