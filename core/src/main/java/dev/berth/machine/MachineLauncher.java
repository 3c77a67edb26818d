package dev.berth.machine;

import dev.berth.definition.Disk;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.machine.AssemblyStep.ServeShare;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import dev.berth.qmp.QmpEventListener;
import dev.berth.schema.QmpSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The port through which the engine has machines planned, launched, recognised and reaped.
 * Thread-safe.
 */
public interface MachineLauncher {

  /**
   * Resolves a definition against this host and its QEMU. Changes nothing; may probe a QEMU binary
   * that was never seen before, so it can take a second.
   *
   * @param held has everything that the definition names and does not contain; looked at only
   * @throws dev.berth.error.InvalidDefinitionException when the definition cannot run here, with
   *     every problem: images missing or unreadable, unknown machine type or CPU model, ports taken
   * @throws dev.berth.error.UnsupportedException when this QEMU or host lacks what the definition
   *     needs
   * @throws dev.berth.error.HostFailureException when there is no usable QEMU
   */
  LaunchRecord plan(
      UUID domain, long definitionRevision, DomainDefinition definition, HeldResources held);

  /**
   * Plans what stands in for the machine of a domain that has none: a QEMU without a guest, which
   * has the images of those disks open, for reading alone if the disk is read-only. It is launched
   * and recognised as machines are, and changes no image by itself, whenever it ends. Changes
   * nothing.
   *
   * @param disks whose images need neither a secret nor an open file of somebody else's
   * @throws dev.berth.error.InvalidDefinitionException when images cannot be used, with every
   *     problem
   * @throws dev.berth.error.HostFailureException when there is no usable QEMU
   */
  LaunchRecord planStandIn(UUID domain, long definitionRevision, DomainName name, List<Disk> disks);

  /** What a launch waits for before it does anything that would outlive this process. */
  @FunctionalInterface
  interface Clearance {
    /**
     * Returns once QEMU may be started.
     *
     * @throws dev.berth.error.BerthException when it must not; the launch fails with it
     */
    void await() throws InterruptedException;
  }

  /**
   * Starts QEMU from the record and assembles the machine. Returns with the guest not yet started
   * ({@code prelaunch}); a failure, a passed deadline or an interruption undoes everything:
   * process, sockets, run directory.
   *
   * @param held what the record was planned with; QEMU gets copies of its own
   * @param clearance asked once, before QEMU is started and its run directory made
   * @param events receives every QMP event in order, from before the first command; must not block
   * @throws dev.berth.error.HostFailureException with QEMU's own message, classified, and a remedy
   * @throws dev.berth.error.DeadlineExceededException when QEMU was not ready in time
   */
  Machine launch(
      LaunchRecord launch,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException;

  /** Which QEMU loads a state. */
  enum LoadIn {
    /** The one that has written it. */
    ITS_OWN,
    /** The one that this host starts machines in now, whichever has written it. */
    PRESENT
  }

  /**
   * Plans a machine that is what another was, to load its state: of the record of that one, never
   * of a definition. Changes nothing; may probe a QEMU binary that was never seen before.
   *
   * @param cpu what its guest's CPU was
   * @param held what is given for it, which need not be the files that the other was given
   * @throws dev.berth.error.UnsupportedException naming all that keeps another QEMU from loading it
   * @throws dev.berth.error.HostFailureException when that one's files were in other directories
   *     than this host's, or its QEMU is not there any more
   */
  LaunchRecord planAgain(LaunchRecord saved, GuestCpu cpu, LoadIn qemu, HeldResources held);

  /** When QEMU takes over the images that it has open: until then it writes to none. */
  enum TakeOver {
    /** With the state, so that they can be worked on while the guest stands. */
    WITH_STATE,
    /** When the guest goes on. */
    WITH_GUEST
  }

  /**
   * Starts QEMU from such a record, assembles the machine and has it load the state. Returns with
   * the guest standing ({@code paused}); a failure or an interruption undoes everything, as {@link
   * #launch} does.
   *
   * @param state the file with the state
   * @param deadline for all until the state is loaded, which takes as long as it is large
   * @throws dev.berth.error.HostFailureException with QEMU's own message
   */
  Machine restore(
      LaunchRecord launch,
      Path state,
      TakeOver takeOver,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException;

  /**
   * Plans a machine that is what one of another host is, to take in its state while that one goes
   * on: of the record of that one, and with this host's QEMU. Changes nothing.
   *
   * @param arriving that one
   * @param revision of the definition that the machine will be said to be of
   * @param held what is given for it
   * @throws dev.berth.error.UnsupportedException naming all that speaks against it
   * @throws dev.berth.error.HostFailureException when there is no usable QEMU
   */
  LaunchRecord planArrival(ArrivingMachine arriving, long revision, HeldResources held);

  /**
   * Starts QEMU from such a record, assembles the machine and has it listen for the state. It takes
   * over the images when the guest goes on, and not before. A failure or an interruption undoes
   * everything, as {@link #launch} does.
   *
   * @throws dev.berth.error.HostFailureException with QEMU's own message
   */
  ListeningMachine receive(
      LaunchRecord launch,
      IncomingStream stream,
      StateChannels channels,
      HeldResources held,
      Clearance clearance,
      QmpEventListener events,
      Deadline deadline)
      throws InterruptedException;

  /**
   * Finds out whether the record's machine still lives. Reads files and the kernel's tables only.
   */
  Identity identify(LaunchRecord launch);

  /**
   * Connects to the monitor of a live machine; pends as long as QEMU does not answer, and fails
   * when the process or the socket is gone.
   *
   * @param events receives every QMP event in order; must not block
   */
  CompletableFuture<QmpConnection> reconnect(
      LaunchRecord launch, QemuProcess process, QmpEventListener events);

  /**
   * What the QEMU of a machine takes over QMP. Known from its binary where that was probed; else
   * QEMU is asked, and answers when it does.
   *
   * @return fails with {@link dev.berth.error.UnsupportedException} when it cannot be known, and as
   *     a command does
   */
  CompletableFuture<QmpSchema> schema(Machine machine);

  /**
   * Makes an open file ready for an fdset of a live machine. What is held of a file or a block
   * device is replaced by an open file description of the machine's own, with the same flags and
   * offset, where this user may open it. Looks at attributes and opens; reads nothing.
   *
   * @param name of the one descriptor that is held
   * @throws dev.berth.error.InvalidRequestException when QEMU can do nothing with it
   * @throws dev.berth.error.HostFailureException when another machine was given the same file, and
   *     either writes to it
   */
  void prepare(LaunchRecord launch, HeldResources held, String name);

  /**
   * Looks at an open file that a backup is to be written to, and makes it ready for an fdset. What
   * is held is replaced by an open file description of QEMU's own, where this user may open it.
   * Looks at attributes and opens; changes nothing.
   *
   * @param disk the disk whose backup that is, by which the descriptor is held
   * @throws dev.berth.error.InvalidRequestException when no backup can be written to it: it is no
   *     file or block device, or is not open for reading and writing
   * @throws dev.berth.error.HostFailureException when a machine was given the same file
   */
  TargetFile prepareTarget(HeldResources held, String disk);

  /**
   * Plans how a device is added to a machine that runs. Looks at what it needs of the host, and
   * asks QEMU which fdsets it has: one that was removed while the guest was paused is still there,
   * and must not get another file. Changes nothing.
   *
   * @param launch the machine's record
   * @param held has everything that the device names and does not contain; looked at only
   * @throws dev.berth.error.InvalidDefinitionException when what it needs cannot be used, with
   *     every problem
   * @throws dev.berth.error.UnsupportedException when its bus takes nothing while the machine runs
   * @throws dev.berth.error.InvalidStateException when none of the machine's places is free
   */
  DevicePlan planDevice(
      Machine machine, LaunchRecord launch, Pluggable device, HeldResources held, Deadline deadline)
      throws InterruptedException;

  /**
   * Takes the steps of a plan. What was made before a failure is left for the caller to free. The
   * record that follows from it is made known by {@link #changed}.
   *
   * @param launch the machine's record before
   * @param plan made from that record
   * @param held what it was planned with; QEMU gets copies of its own
   * @throws dev.berth.error.HostFailureException with QEMU's own message, classified, and a remedy
   * @throws dev.berth.error.DeadlineExceededException when QEMU did not answer in time
   */
  void addDevice(
      Machine machine, LaunchRecord launch, DevicePlan plan, HeldResources held, Deadline deadline)
      throws InterruptedException;

  /**
   * Plans how a medium gets into a drive of a machine that runs, as {@link #planDevice} does.
   * Changes nothing.
   *
   * @param drive the drive of a definition with the medium in it; the machine has one of its name
   * @throws dev.berth.error.InvalidDefinitionException when the image cannot be used
   */
  MediumPlan planMedium(QmpConnection qmp, LaunchRecord launch, Disk drive, Deadline deadline)
      throws InterruptedException;

  /**
   * Takes the steps of a plan. What was made before a failure is left for the caller to free.
   *
   * @throws dev.berth.error.HostFailureException with QEMU's own message, classified, and a remedy
   * @throws dev.berth.error.DeadlineExceededException when QEMU did not answer in time
   */
  void insertMedium(QmpConnection qmp, LaunchRecord launch, MediumPlan plan, Deadline deadline)
      throws InterruptedException;

  /** Takes note that a machine's record is another now, for it has other devices. */
  void changed(LaunchRecord launch);

  /**
   * Tells when what serves a share has ended, at once when it already has. It ends with its QEMU,
   * too.
   *
   * @param ended is run once, on any thread; must not block
   */
  void watchShare(ServeShare serve, Runnable ended);

  /**
   * Makes sure that nothing serves a share any more that its machine has not, whether or not QEMU
   * has ever reached it. Idempotent.
   *
   * @param launch the machine's record
   * @throws dev.berth.error.HostFailureException when it does not end
   */
  void endShare(LaunchRecord launch, ServeShare serve);

  /**
   * Makes sure that nothing of a launch that never completed is left or can still appear: ends its
   * processes, found by the incarnation id, and removes its run directory.
   */
  void abort(LaunchRecord launch);

  /**
   * Ends the machine of a launch whose record cannot be read, and removes its run directory. Only
   * processes whose command line proves that incarnation are signalled.
   *
   * @param grace how long QEMU may take to end cleanly
   * @throws dev.berth.error.HostFailureException when something is left that may be of the launch,
   *     naming it; the run directory stays then
   */
  void endUnreadable(UUID domain, String incarnation, Duration grace);

  /** The network interfaces of this host as they are now. Never waits. */
  HostLinks links();

  /** Removes the run directory of a machine that is gone. Idempotent; logs stay. */
  void removeRunDirectory(LaunchRecord launch);

  /** Where the logs of a domain are, whether or not there are any. */
  Path logDirectory(UUID domain);

  /** Removes the logs and UEFI variables of a domain that is undefined. Idempotent. */
  void removeFiles(UUID domain);
}
