package dev.berth.domain;

import dev.berth.api.Api;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link DomainEvent} tells, by its type. An open family: new types come as new records, and
 * what this version does not know or cannot read is {@link Unknown}. Test with {@code instanceof},
 * and ignore what you do not expect.
 */
@Api(since = "0.1")
public interface EventBody {

  /** A domain was defined for the first time. */
  record Defined(long revision) implements EventBody {}

  /** A domain's definition was replaced. */
  record Redefined(long revision) implements EventBody {}

  /** A domain is no more. */
  record Undefined() implements EventBody {}

  /**
   * A domain changed its state or its reason.
   *
   * @param from the state before
   * @param to the state now
   * @param reason why
   * @param detail more words where there are any
   */
  record StateChanged(DomainState from, DomainState to, StateReason reason, Optional<String> detail)
      implements EventBody {}

  /**
   * A guest rebooted or was reset.
   *
   * @param cause QEMU's word, e.g. {@code guest-reset}
   */
  record Reset(String cause) implements EventBody {}

  /**
   * A guest was asked to shut down.
   *
   * @param timeout how long it may take
   * @param afterwards what then: {@code keep running} or {@code destroy}
   */
  record ShutdownRequested(Duration timeout, String afterwards) implements EventBody {}

  /** A machine became responsive, busy or stalled. */
  record LivenessChanged(Liveness liveness) implements EventBody {}

  /** The host process adopted a running machine. */
  record Adopted() implements EventBody {}

  /**
   * An operation was cut off by a restart of the host process.
   *
   * @param verb the operation's
   * @param decision what became of it
   */
  record Recovered(String verb, String decision) implements EventBody {}

  /**
   * The host has booted, and starts a domain by itself.
   *
   * @param boot the id of that boot
   */
  record AutostartDue(String boot) implements EventBody {}

  /** A domain that was started by itself after the host's boot is up. */
  record Autostarted() implements EventBody {}

  /**
   * A domain has failed and will be started again.
   *
   * @param number which try it will be, from 1
   * @param at when
   * @param cause what failed
   */
  record RestartDue(int number, Instant at, String cause) implements EventBody {}

  /**
   * A domain that has failed is up again.
   *
   * @param number which try it was, from 1
   */
  record Restarted(int number) implements EventBody {}

  /** A start by the host itself is off: somebody wants something else of the domain. */
  record RestartCancelled() implements EventBody {}

  /**
   * The host does not try any more to start a domain.
   *
   * @param tries how many there were
   * @param cause what failed the last time
   */
  record RestartGivenUp(int tries, String cause) implements EventBody {}

  /**
   * Somebody sent QEMU a command by hand that may change the machine; told before it is sent.
   *
   * @param command its QAPI name
   */
  record Touched(String command) implements EventBody {}

  /**
   * The host has closed files of a machine that no node used any more: the fdset had outlived its
   * node.
   *
   * @param fdset its number
   * @param was the notes that its descriptors had, such as {@code data rw}; may be empty
   */
  record FdsetFreed(long fdset, String was) implements EventBody {}

  /**
   * What served a share has ended while its QEMU lives. The guest does not reach the share any
   * more; the next machine does.
   *
   * @param share its name
   */
  record ShareLost(String share) implements EventBody {}

  /**
   * Somebody has keys of a guest's keyboard pressed; told before they are. Which keys is nobody
   * else's business: they may spell a password.
   *
   * @param count how many chords
   */
  record KeysSent(long count) implements EventBody {}

  /** Somebody has a non-maskable interrupt injected; told before it is. */
  record NmiInjected() implements EventBody {}

  /**
   * QEMU reported an I/O error of a guest's disk, in its words (QAPI {@code BLOCK_IO_ERROR}).
   *
   * @param name the disk's name, where it has one
   * @param node the block node
   * @param operation read or write
   * @param action what QEMU did about it: ignore, report or stop
   * @param reason for people
   * @param outOfSpace whether the image could not grow
   */
  record IoError(
      Optional<String> name,
      String node,
      String operation,
      String action,
      String reason,
      boolean outOfSpace)
      implements EventBody {

    /** One of a node without a name, for another reason than space. */
    public IoError(String node, String operation, String action, String reason) {
      this(Optional.empty(), node, operation, action, reason, false);
    }
  }

  /**
   * QEMU found an image corrupt (QAPI {@code BLOCK_IMAGE_CORRUPTED}).
   *
   * @param name the disk's name, where it has one
   * @param node the block node
   * @param message QEMU's, for people
   * @param fatal whether the image cannot be used any more until it is repaired
   */
  record ImageCorrupted(Optional<String> name, String node, String message, boolean fatal)
      implements EventBody {}

  /**
   * A write has gone beyond the threshold of a node (QAPI {@code BLOCK_WRITE_THRESHOLD}). The
   * threshold is gone with it.
   *
   * @param name the disk's name, where it has one
   * @param node the block node
   * @param thresholdBytes the offset that was set
   * @param exceededBytes how far beyond it the write goes
   */
  record BlockThreshold(Optional<String> name, String node, long thresholdBytes, long exceededBytes)
      implements EventBody {}

  /**
   * The hardware reported broken memory of a machine (QAPI {@code MEMORY_FAILURE}).
   *
   * @param recipient whose memory: {@code hypervisor} or {@code guest}
   * @param action what QEMU did: {@code ignore}, {@code inject}, {@code fatal} or {@code reset}
   * @param actionRequired whether the memory was being used
   * @param recursive whether it happened while an earlier failure was being handled
   */
  record MemoryFailure(String recipient, String action, boolean actionRequired, boolean recursive)
      implements EventBody {}

  /**
   * The watchdog of a machine has fired.
   *
   * @param action what it does, e.g. {@code reset} or {@code pause}
   */
  record WatchdogFired(String action) implements EventBody {}

  /**
   * A guest has panicked.
   *
   * @param action what QEMU did about it
   * @param info what the guest told of it, as JSON of QAPI {@code GuestPanicInformation}
   */
  record Panicked(String action, Optional<String> info) implements EventBody {}

  /**
   * A guest has panicked and its crash kernel runs, to save a dump.
   *
   * @param action what QEMU did about it
   * @param info what the guest told of it, as JSON of QAPI {@code GuestPanicInformation}
   */
  record CrashLoaded(String action, Optional<String> info) implements EventBody {}

  /**
   * A device is no part of a machine any more.
   *
   * @param device its QEMU id
   * @param name its name in the definition, where it has one
   */
  record DeviceDeleted(String device, Optional<String> name) implements EventBody {}

  /**
   * A guest does not let a device go.
   *
   * @param device its QEMU id, or its QOM path when it has none
   * @param name its name in the definition, where it has one
   * @param reason QEMU's, for people, where it gives one
   */
  record UnplugRefused(String device, Optional<String> name, Optional<String> reason)
      implements EventBody {}

  /**
   * The tray of a drive was opened or closed.
   *
   * @param device the drive's QEMU id
   * @param name its name in the definition, where it has one
   * @param open whether the tray is open now
   */
  record TrayMoved(String device, Optional<String> name, boolean open) implements EventBody {}

  /**
   * A guest changed which frames a NIC takes. QEMU tells it once until {@code query-rx-filter} is
   * asked.
   *
   * @param device the NIC's QEMU id, or its QOM path when it has none
   * @param name its name in the definition, where it has one
   */
  record RxFilterChanged(String device, Optional<String> name) implements EventBody {}

  /**
   * A VNC client has connected.
   *
   * @param host its address; empty on a UNIX socket
   * @param service its port; empty on a UNIX socket
   * @param family {@code ipv4}, {@code ipv6}, {@code unix} or {@code vsock}
   */
  record VncConnected(String host, String service, String family) implements EventBody {}

  /**
   * A VNC client was let in and sees the screen.
   *
   * @param host its address; empty on a UNIX socket
   * @param service its port; empty on a UNIX socket
   * @param family {@code ipv4}, {@code ipv6}, {@code unix} or {@code vsock}
   * @param user its SASL user or the name in its certificate, where it gave one
   */
  record VncInitialized(String host, String service, String family, Optional<String> user)
      implements EventBody {}

  /**
   * A VNC client is gone.
   *
   * @param host its address; empty on a UNIX socket
   * @param service its port; empty on a UNIX socket
   * @param family {@code ipv4}, {@code ipv6}, {@code unix} or {@code vsock}
   * @param user its SASL user or the name in its certificate, where it gave one
   */
  record VncDisconnected(String host, String service, String family, Optional<String> user)
      implements EventBody {}

  /**
   * A disk was added to a machine.
   *
   * @param disk its name
   */
  record DiskAttached(String disk) implements EventBody {}

  /**
   * A disk is no part of a machine any more.
   *
   * @param disk its name
   */
  record DiskDetached(String disk) implements EventBody {}

  /**
   * A network interface was added to a machine.
   *
   * @param nic its name
   */
  record NicAttached(String nic) implements EventBody {}

  /**
   * A network interface is no part of a machine any more.
   *
   * @param nic its name
   */
  record NicDetached(String nic) implements EventBody {}

  /**
   * Something that a machine has is another now.
   *
   * @param what {@code throttle} of a disk, its {@code latency-histogram}, its {@code size}, the
   *     {@code medium} in a drive, the {@code link} of a network interface; others may follow
   * @param subject the device by its name; may be empty
   * @param value what it is now, for people
   */
  record Adjusted(String what, String subject, String value) implements EventBody {}

  /**
   * A share was added to a machine.
   *
   * @param share its name
   */
  record ShareAttached(String share) implements EventBody {}

  /**
   * A share is no part of a machine any more.
   *
   * @param share its name
   */
  record ShareDetached(String share) implements EventBody {}

  /**
   * A device that is no disk, no network interface and no share was added to a machine.
   *
   * @param device what it is, {@code watchdog} for example
   */
  record DeviceAttached(String device) implements EventBody {}

  /**
   * A device that is no disk, no network interface and no share is no part of a machine any more.
   *
   * @param device what it is
   */
  record DeviceDetached(String device) implements EventBody {}

  /**
   * A job has begun.
   *
   * @param job its id
   * @param kind what it does
   * @param subject what of the domain it is about; may be empty
   */
  record JobStarted(String job, String kind, String subject) implements EventBody {}

  /**
   * A job has come to an end.
   *
   * @param job its id
   * @param kind what it did
   * @param subject what of the domain it was about; may be empty
   * @param state {@code succeeded}, {@code failed} or {@code cancelled}
   * @param phase how it ended, a stable code of its kind
   * @param detail a sentence for people; may be empty
   */
  record JobEnded(
      String job, String kind, String subject, String state, String phase, String detail)
      implements EventBody {}

  /**
   * A directory has become a pool.
   *
   * @param pool its name
   * @param directory where it is
   */
  record PoolCreated(String pool, Path directory) implements EventBody {}

  /**
   * A pool was forgotten; its files are still there.
   *
   * @param pool its name
   */
  record PoolDeleted(String pool) implements EventBody {}

  /**
   * An image is in its pool, complete.
   *
   * @param image {@code POOL/NAME}
   */
  record ImageCreated(String image) implements EventBody {}

  /**
   * An image is no more.
   *
   * @param image {@code POOL/NAME}
   */
  record ImageDeleted(String image) implements EventBody {}

  /** The host process opened its store. */
  record HostStarted(String version) implements EventBody {}

  /** A damaged store was set aside and rebuilt. */
  record StoreRebuilt(String detail) implements EventBody {}

  /**
   * Retention has dropped events that this reader had not read.
   *
   * @param from sequence number of the first of them
   * @param to of the last
   */
  record EventsMissed(long from, long to) implements EventBody {}

  /** A type that this version does not know, or cannot read. */
  record Unknown(String type, Map<String, String> attributes) implements EventBody {}

  /** The body of an event of that type. */
  static EventBody of(String type, Map<String, String> attributes) {
    return new EventAttributes(attributes).body(type);
  }
}
