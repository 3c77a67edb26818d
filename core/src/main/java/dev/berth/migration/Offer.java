package dev.berth.migration;

import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.job.JobId;
import dev.berth.machine.ArrivingMachine;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.StreamKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A machine that a host would have another take.
 *
 * @param migration the id of the source's job, and of the target's
 * @param definition the domain's definition as canonical JSON
 * @param definitionState whether the machine is as the definition has it
 * @param launch the record of the machine as it is now
 * @param images the files that it has open, and that are to be there
 * @param copies the images that it takes along
 * @param guest what its guest does
 * @param cpu what its guest's CPU is
 * @param channels over how many connections its state is sent
 * @param boot of the machine that the source runs on, which tells that machine from others; empty
 *     when it is not known
 * @param key by which the state is to be encrypted; without one it goes over a socket of the
 *     machine of both
 */
public record Offer(
    JobId migration,
    String definition,
    DefinitionState definitionState,
    LaunchRecord launch,
    List<ImageIdentity> images,
    List<CopiedImage> copies,
    SavedMachine.Guest guest,
    GuestCpu cpu,
    StateChannels channels,
    String boot,
    Optional<StreamKey> key) {

  /** Copies the lists. */
  public Offer {
    images = List.copyOf(images);
    copies = List.copyOf(copies);
  }

  /** Whether a machine is as its definition has it. */
  public enum DefinitionState {
    /** It is. */
    SAME,
    /** The definition was changed since. */
    CHANGED
  }

  /** Whether source and target are on one machine, where they see the same files. */
  public ImageIdentity.Place place(String here) {
    return key.isEmpty() || !boot.isEmpty() && boot.equals(here)
        ? ImageIdentity.Place.SAME_MACHINE
        : ImageIdentity.Place.ANOTHER_MACHINE;
  }

  /** Whether the files that it says it has open are those that this machine opens. */
  public boolean names(LaunchRecord machine) {
    Set<Path> named = images.stream().map(ImageIdentity::file).collect(Collectors.toSet());
    copies.stream().map(CopiedImage::file).forEach(named::add);
    return named.equals(ImageIdentity.filesOf(machine));
  }

  /** The machine. */
  public ArrivingMachine arriving() {
    return new ArrivingMachine(launch, cpu, channels);
  }

  /** The domain. */
  public UUID domain() {
    return launch.subject().domain();
  }

  /** Its name. */
  public DomainName name() {
    return launch.subject().name();
  }
}
