package dev.berth.host;

import dev.berth.api.Api;
import dev.berth.control.RemoteHost;
import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventRange;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.stats.DomainStats;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A host that runs virtual machines, in this JVM or elsewhere: the API of Berth. Thread-safe; any
 * thread may call. Whoever opened a host closes it; closing stops no guest.
 *
 * <p>Calls block until their outcome is durable. Interrupting a caller ends its wait, not what it
 * asked for. Every failure is a {@link dev.berth.error.BerthException}.
 *
 * <p>Berth implements this, not its users: newer versions have more methods.
 */
@Api(since = "0.1")
public interface VmHost extends AutoCloseable {

  /**
   * Connects to a host in another process: on this machine by its control socket, elsewhere over
   * TCP with TLS. For TLS the files of this user are taken, as {@link TlsFiles#of} has them, or
   * those in the directory that the URI names.
   *
   * @param uri {@code unix:/path/to/control.sock}, {@code tls://HOST}, {@code tls://HOST:PORT} or
   *     {@code tls://HOST?pkipath=/DIRECTORY}
   * @throws dev.berth.error.HostUnreachableException when nobody answers there, or what answers
   *     does not show that it is this host
   * @throws dev.berth.error.AccessDeniedException when the host does not serve this user or
   *     certificate
   * @throws dev.berth.error.UnsupportedException when the host speaks another version of the
   *     control protocol
   * @throws dev.berth.error.InvalidRequestException when the URI is none of a host, or the files
   *     cannot be used
   */
  static VmHost connect(URI uri) {
    return RemoteHost.connect(uri, Optional.empty());
  }

  /**
   * The same with these files, when it is by TLS and the URI names none. They are read anew for
   * each connection.
   *
   * @param files what this end shows and believes
   */
  static VmHost connect(URI uri, TlsFiles files) {
    return RemoteHost.connect(uri, Optional.of(files));
  }

  /**
   * The same host as seen by that actor: what is done through the view is put down to it in events
   * and logs. Without a view the actor is {@code api}; over a control socket it is the connected
   * user, and a view's actor stands behind it: {@code user:root/billing}. Over TLS it is the
   * subject of the client's certificate: {@code cert:CN=ops/billing}.
   *
   * <p>Closing a view does nothing; it lives as long as its host.
   *
   * @param actor 1 to 128 printable characters
   * @throws dev.berth.error.InvalidRequestException when it is not
   */
  VmHost as(String actor);

  /** What this host is: versions, home, accelerators. */
  HostInfo info();

  /** Every domain as last published, by name. Never waits for a machine. */
  List<DomainSnapshot> list();

  /**
   * One domain as last published. Never waits for a machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  DomainSnapshot domain(DomainRef domain);

  /**
   * What every domain uses, by name, as it was last sampled. Never waits for a machine: the figures
   * of one that does not answer stay, and have their age.
   */
  List<DomainStats> stats();

  /**
   * What one domain uses, as it was last sampled. Never waits for a machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  DomainStats stats(DomainRef domain);

  /**
   * The current definition of a domain and its revision. Never waits for a machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  DefinitionView definition(DomainRef domain);

  /**
   * Creates a domain, or replaces its definition. On a domain with a machine the change waits for
   * the next boot.
   *
   * @throws dev.berth.error.InvalidDefinitionException with every problem of the document
   * @throws dev.berth.error.AlreadyExistsException when the UUID or name belongs to another domain,
   *     or to this one and {@code condition} is {@link DefineCondition.Absent}
   * @throws dev.berth.error.ConflictException when the revision of {@code condition} is not the
   *     current one
   */
  DefineResult define(DefinitionDocument document, DefineCondition condition);

  /**
   * Forgets a domain. Never deletes its disks.
   *
   * @throws dev.berth.error.InvalidStateException while it has a machine
   */
  void undefine(DomainRef domain);

  /**
   * The same as {@link #start(DomainRef, StartMode, Resources, CallOptions)} with nothing given.
   */
  default VerbResult start(DomainRef domain, StartMode mode, CallOptions options) {
    return start(domain, mode, Resources.none(), options);
  }

  /**
   * Starts a domain; does nothing to one that has a running machine. One that has a {@linkplain
   * Saves managed save} goes on from it, in the QEMU that this host starts now, and is not booted
   * when it cannot.
   *
   * @param resources what the definition names and does not contain. The host has taken its own
   *     copies when the call returns, whatever its outcome; to one elsewhere they go over its
   *     control socket. What is not given is asked of the host's {@link ResourceResolver}
   * @throws dev.berth.error.ResourcesMissingException naming everything that neither has
   * @throws dev.berth.error.InvalidRequestException when something is given that the definition
   *     does not name, or that cannot be what it is needed for
   */
  VerbResult start(DomainRef domain, StartMode mode, Resources resources, CallOptions options);

  /**
   * Asks the guest by ACPI to shut down and waits until it has. One that does not is asked again
   * after 10, 20 and 40 s, then each minute: before it is up it does not hear.
   *
   * @throws dev.berth.error.DeadlineExceededException when the guest is still running after the
   *     policy's time-out and the policy does not say to destroy it
   */
  VerbResult shutdown(DomainRef domain, ShutdownPolicy policy, CallOptions options);

  /**
   * Shuts all guests down, as before the machine that they run on goes down. Domains with a lower
   * {@code shutdown-order} come first, those of one order together; an order begins when the one
   * before has ended. What the host was about to start by itself stays off.
   *
   * @param policy how long each guest may take, and what becomes of one that is still running then
   *     or cannot be asked because it is paused, has panicked or does not answer
   * @return what became of each domain that had a machine or was about to get one, in the order of
   *     the shutdowns; a guest that was left is no error
   */
  List<GuestShutdown> shutdownGuests(ShutdownPolicy policy, CallOptions options);

  /**
   * Ends the machine: SIGTERM, and SIGKILL after the grace or at once when QEMU is stalled. Always
   * works.
   *
   * @param grace how long QEMU may take to end cleanly
   */
  VerbResult destroy(DomainRef domain, Duration grace, CallOptions options);

  /** Resets the machine as its reset button would; a panicked one runs again. */
  VerbResult reset(DomainRef domain, CallOptions options);

  /** Stops the CPUs. */
  VerbResult pause(DomainRef domain, CallOptions options);

  /** Lets the CPUs go on. */
  VerbResult resume(DomainRef domain, CallOptions options);

  /** The same as {@link #qmp(DomainRef, QmpRequest, Resources, CallOptions)} with nothing given. */
  default String qmp(DomainRef domain, QmpRequest request, CallOptions options) {
    return qmp(domain, request, Resources.none(), options);
  }

  /**
   * The same as {@link #attachDisk(DomainRef, DefinitionDocument, EditScope, Resources,
   * CallOptions)} with nothing given.
   */
  default VerbResult attachDisk(
      DomainRef domain, DefinitionDocument disk, EditScope scope, CallOptions options) {
    return attachDisk(domain, disk, scope, Resources.none(), options);
  }

  /**
   * Adds a disk to a domain: to its machine, its definition, or both. What fails leaves both as
   * they were. The machine's guest sees it at once if it looks.
   *
   * @param disk one item of {@code disks} of a definition, with a name that no other disk has
   * @param resources what the item names and does not contain, as at {@link #start(DomainRef,
   *     StartMode, Resources, CallOptions) a start}
   * @return with what was changed as its detail
   * @throws dev.berth.error.InvalidDefinitionException with every problem of the item, also that
   *     its image is missing or cannot be used
   * @throws dev.berth.error.AlreadyExistsException when another disk has the name
   * @throws dev.berth.error.InvalidStateException when there is no machine to add it to and the
   *     scope is {@link EditScope#LIVE}, or none of its places is free
   * @throws dev.berth.error.UnsupportedException when its bus takes nothing while the machine runs
   * @throws dev.berth.error.BusyException when a job about that disk is in the way
   */
  VerbResult attachDisk(
      DomainRef domain,
      DefinitionDocument disk,
      EditScope scope,
      Resources resources,
      CallOptions options);

  /**
   * The disks of a domain's machine, then those of its definition alone. Never waits for a machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  List<DiskSummary> disks(DomainRef domain);

  /**
   * Takes a disk out of a domain: out of its machine, its definition, or both. A guest has to let
   * go of it, which it may do late or never; so this begins a job and returns. The job succeeds
   * when the disk is gone, and changes the definition only then. Cancelling it ends the asking; a
   * guest that was asked may let go all the same.
   *
   * @param disk its name
   * @return the job, which has ended already when no guest has to be asked
   * @throws dev.berth.error.NotFoundException when there is no such disk
   * @throws dev.berth.error.InvalidStateException when the machine boots from it, or there is no
   *     machine and the scope is {@link EditScope#LIVE}
   * @throws dev.berth.error.UnsupportedException when its bus lets nothing go while the machine
   *     runs
   * @throws dev.berth.error.BusyException when another job about that disk is in the way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job detachDisk(
      DomainRef domain, String disk, EditScope scope, JobOptions job, CallOptions options);

  /**
   * The same as {@link #attachNic(DomainRef, DefinitionDocument, EditScope, Resources,
   * CallOptions)} for a network interface that names no resources.
   */
  default VerbResult attachNic(
      DomainRef domain, DefinitionDocument nic, EditScope scope, CallOptions options) {
    return attachNic(domain, nic, scope, Resources.none(), options);
  }

  /**
   * Adds a network interface to a domain: to its machine, its definition, or both. What fails
   * leaves both as they were.
   *
   * @param nic one item of {@code nics} of a definition, with a name that no other interface has
   * @param resources what the interface names and does not contain
   * @throws dev.berth.error.InvalidDefinitionException when it is none, or its tap, bridge or ports
   *     cannot be used, with every problem
   * @throws dev.berth.error.AlreadyExistsException when another interface has the name
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine; or when none of the machine's places is free
   * @throws dev.berth.error.BusyException when a job about that interface is in the way
   */
  VerbResult attachNic(
      DomainRef domain,
      DefinitionDocument nic,
      EditScope scope,
      Resources resources,
      CallOptions options);

  /**
   * The network interfaces of a domain's machine, then those of its definition alone. Never waits
   * for a machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  List<NicSummary> nics(DomainRef domain);

  /**
   * Takes a network interface out of a domain, as {@link #detachDisk} takes out a disk.
   *
   * @param nic its name
   * @return the job, which has ended already when no guest has to be asked
   * @throws dev.berth.error.NotFoundException when there is no such interface
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine
   * @throws dev.berth.error.ConflictException when the key is of a job that does something else
   * @throws dev.berth.error.BusyException when another job about that interface is in the way
   */
  Job detachNic(DomainRef domain, String nic, EditScope scope, JobOptions job, CallOptions options);

  /**
   * Adds a share to a domain: to its machine, its definition, or both. What fails leaves both as
   * they were, and nothing that would serve it.
   *
   * @param share one item of {@code shares} of a definition, with a name and a tag that no other
   *     share has
   * @throws dev.berth.error.InvalidDefinitionException when it is none, its directory cannot be
   *     shared, its tag is taken in the machine, or nothing on this host serves it, with every
   *     problem
   * @throws dev.berth.error.AlreadyExistsException when another share has the name
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine; when others cannot map the machine's memory; or when none of its places
   *     is free
   * @throws dev.berth.error.BusyException when a job about that share is in the way
   */
  VerbResult attachShare(
      DomainRef domain, DefinitionDocument share, EditScope scope, CallOptions options);

  /**
   * The shares of a domain's machine, then those of its definition alone. Never waits for a
   * machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  List<ShareSummary> shares(DomainRef domain);

  /**
   * Takes a share out of a domain, as {@link #detachDisk} takes out a disk; what serves it ends
   * with it. A guest lets go of one that it has mounted only when it can.
   *
   * @param share its name
   * @return the job, which has ended already when no guest has to be asked
   * @throws dev.berth.error.NotFoundException when there is no such share
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine
   * @throws dev.berth.error.ConflictException when the key is of a job that does something else
   * @throws dev.berth.error.BusyException when another job about that share is in the way
   */
  Job detachShare(
      DomainRef domain, String share, EditScope scope, JobOptions job, CallOptions options);

  /**
   * Adds one of the other devices to a domain: to its machine, its definition, or both. What fails
   * leaves both as they were.
   *
   * @param device which: {@code device: rng}, {@code balloon}, {@code usb}, {@code tablet}, {@code
   *     keyboard}, {@code mouse}, {@code watchdog} with its {@code action}, {@code vsock} with its
   *     {@code cid}, {@code iothread} with its {@code name}
   * @throws dev.berth.error.InvalidDefinitionException when it is none of these or the host cannot
   *     make it, with every problem
   * @throws dev.berth.error.AlreadyExistsException when the domain has one
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine; or when none of the machine's places is free
   * @throws dev.berth.error.BusyException when a job about that device is in the way
   */
  VerbResult attachDevice(
      DomainRef domain, DefinitionDocument device, EditScope scope, CallOptions options);

  /**
   * The other devices of a domain's machine that can come and go, then those of its definition
   * alone. Never waits for a machine.
   *
   * @throws dev.berth.error.NotFoundException when there is no such domain
   */
  List<DeviceSummary> devices(DomainRef domain);

  /**
   * Takes one of the other devices out of a domain, as {@link #detachDisk} takes out a disk.
   *
   * @param device its name, which is what it is; {@code iothread-NAME} for an iothread
   * @return the job, which has ended already when no guest has to be asked
   * @throws dev.berth.error.NotFoundException when there is no such device
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine; or when it is a USB controller with something plugged in, or an iothread
   *     that serves a disk
   * @throws dev.berth.error.ConflictException when the key is of a job that does something else
   * @throws dev.berth.error.BusyException when another job about that device is in the way
   */
  Job detachDevice(
      DomainRef domain, String device, EditScope scope, JobOptions job, CallOptions options);

  /**
   * Writes the memory of a guest to a file on the host, by a job. The guest stands while QEMU
   * writes, and goes on by itself when it ran before. QEMU ends no dump before it is complete: such
   * a job cannot be cancelled, only the machine destroyed. A dump that fails leaves no file.
   *
   * @throws dev.berth.error.AlreadyExistsException when there is such a file, and it is not to be
   *     replaced
   * @throws dev.berth.error.HostFailureException when the host cannot write there
   * @throws dev.berth.error.UnsupportedException when QEMU cannot write that format
   * @throws dev.berth.error.InvalidStateException when there is no machine, or it is ending
   * @throws dev.berth.error.BusyException when another dump is under way
   * @throws dev.berth.error.ConflictException when the key is that of another call
   */
  Job dumpMemory(DomainRef domain, MemoryDump dump, JobOptions job, CallOptions options);

  /**
   * Takes a picture of what a domain shows on its screen: that of its graphics card, whatever its
   * guest does. Changes nothing.
   *
   * @return a PNG
   * @throws dev.berth.error.InvalidStateException when there is no machine that answers, or it has
   *     no graphics card
   * @throws dev.berth.error.QemuRefusedException when QEMU cannot tell what is on the screen
   * @throws dev.berth.error.HostFailureException when the host has no room for it, or it would have
   *     more than 16 MiB
   * @throws dev.berth.error.BusyException when 16 others wait for QEMU to draw
   */
  byte[] screenshot(DomainRef domain, CallOptions options);

  /**
   * Gives a domain so many virtual CPUs, in its machine, its definition, or both, by a job. A
   * machine has more at once; to have fewer, its guest has to let go of some, and the job never
   * succeeds before it has. The machine has to have been started with room for them ({@code
   * max-cpus}).
   *
   * @param cpus how many it is to have, 1 to 512
   * @return the job, which has ended already when it is about the definition alone
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine; or when that has no room for so many
   * @throws dev.berth.error.UnsupportedException when this QEMU cannot do it while the machine runs
   * @throws dev.berth.error.InvalidDefinitionException when the definition has no room for so many
   * @throws dev.berth.error.ConflictException when the key is of a job that does something else
   * @throws dev.berth.error.BusyException when the number is being changed already
   */
  Job setCpus(DomainRef domain, int cpus, EditScope scope, JobOptions job, CallOptions options);

  /**
   * Presses keys of a guest's keyboard and lets them go, one chord after another, and returns when
   * the last is up. Those of one call are never mixed with those of another. What is under way goes
   * on when the caller's deadline passes; a QEMU lets go of what it has pressed also when the
   * host's process ends.
   *
   * @throws dev.berth.error.InvalidStateException unless running, or when the guest does not run
   *     any more before the last key; the message says how many were sent
   * @throws dev.berth.error.QemuRefusedException when this QEMU does not know a key
   * @throws dev.berth.error.BusyException when many others wait for their turn, or a dump of memory
   *     is under way
   */
  VerbResult sendKeys(DomainRef domain, Keystrokes keys, CallOptions options);

  /**
   * Injects a non-maskable interrupt into a guest, on all its CPUs: one that is set up for that
   * writes down what it hangs in. A paused guest gets it when it goes on.
   *
   * @throws dev.berth.error.InvalidStateException unless running or paused
   * @throws dev.berth.error.QemuRefusedException when its machine has no NMIs
   * @throws dev.berth.error.BusyException when a dump of memory is under way
   */
  VerbResult injectNmi(DomainRef domain, CallOptions options);

  /**
   * Sets what the VNC of a machine asks for, in the place of what it asked for before. The machine
   * must have been started with {@code vnc-password: true}; until a password is set, nobody gets
   * in. It is on no record, and goes with the machine.
   *
   * @throws dev.berth.error.InvalidStateException when there is no machine, it has no screen, or
   *     its VNC asks for no password
   * @throws dev.berth.error.QemuRefusedException when QEMU does not take it
   */
  VerbResult setVncPassword(DomainRef domain, VncPassword password, CallOptions options);

  /**
   * Gives a domain so much memory, in its machine, its definition, or both, by a job. Its guest
   * takes what it is given and gives back what it can do without, in its own time; the job never
   * succeeds before there is exactly so much. The machine has to have been started with room for it
   * ({@code max-memory}), and keeps what it was started with. With {@code memory-device: dimm} one
   * DIMM of the difference comes at once, and whole ones go when the guest lets them.
   *
   * @param size a multiple of 1 MiB
   * @return the job, which has ended already when it is about the definition alone
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended, where it is
   *     about the machine; or when that has no room for so much, or was started with more
   * @throws dev.berth.error.InvalidRequestException when the machine gets and gives back memory in
   *     steps, and it cannot have just so much
   * @throws dev.berth.error.InvalidDefinitionException when the definition cannot have so much
   * @throws dev.berth.error.ConflictException when the key is of a job that does something else
   * @throws dev.berth.error.BusyException when the memory is being changed already
   */
  Job setMemory(
      DomainRef domain, ByteSize size, EditScope scope, JobOptions job, CallOptions options);

  /**
   * Has a guest's balloon leave it so much of the memory that its machine was started with, by a
   * job; what it takes, the host can use. A guest without a driver for the balloon never follows,
   * and the job goes on until it is cancelled. The next boot knows nothing of it.
   *
   * @param size a multiple of 1 MiB, at most what the machine was started with
   * @return the job
   * @throws dev.berth.error.InvalidStateException unless running, paused or suspended; or when the
   *     machine has no balloon, or was started with less memory
   * @throws dev.berth.error.ConflictException when the key is of a job that does something else
   * @throws dev.berth.error.BusyException when the balloon is being changed already
   */
  Job setBalloon(DomainRef domain, ByteSize size, JobOptions job, CallOptions options);

  /**
   * Limits how fast a disk may be, in a domain's machine, its definition, or both; in force at once
   * and, by the definition, at each start. Disks of one group have one limit, so those of the group
   * get the same.
   *
   * @param disk its name
   * @param throttle {@link Throttle#NONE} for no limits
   * @throws dev.berth.error.NotFoundException when there is no such disk
   * @throws dev.berth.error.InvalidStateException when there is no machine and the scope is {@link
   *     EditScope#LIVE}, or no medium in the drive
   * @throws dev.berth.error.BusyException when a job about that disk is in the way
   */
  VerbResult setThrottle(
      DomainRef domain, String disk, Throttle throttle, EditScope scope, CallOptions options);

  /**
   * Has QEMU count how long the reads, writes and flushes of a disk take, in a domain's machine,
   * its definition, or both; from now on and, by the definition, at each start. What was counted
   * before is forgotten. The counts are in {@link #stats}.
   *
   * @param disk its name
   * @param latencies between which bounds; {@link LatencyBounds#NONE} to count no more
   * @throws dev.berth.error.NotFoundException when there is no such disk
   * @throws dev.berth.error.InvalidStateException when there is no machine and the scope is {@link
   *     EditScope#LIVE}
   * @throws dev.berth.error.BusyException when a job about that disk is in the way
   */
  VerbResult setLatencyHistogram(
      DomainRef domain, String disk, LatencyBounds latencies, EditScope scope, CallOptions options);

  /**
   * Gives a disk of a machine another size: the image has it, and the guest sees it. An image of a
   * domain without a machine is not touched.
   *
   * @param disk its name
   * @param size a multiple of 512 bytes
   * @param shrinking what to do when the disk is larger than that
   * @throws dev.berth.error.InvalidRequestException when it is larger and must not shrink, or the
   *     size is no such multiple
   * @throws dev.berth.error.NotFoundException when there is no such disk
   * @throws dev.berth.error.InvalidStateException when there is no machine, or no medium in the
   *     drive
   * @throws dev.berth.error.QemuRefusedException when QEMU cannot: a read-only disk, no space
   * @throws dev.berth.error.BusyException when a job about that disk is in the way
   */
  VerbResult resizeDisk(
      DomainRef domain, String disk, ByteSize size, Shrinking shrinking, CallOptions options);

  /**
   * Puts a medium into a drive, of a domain's machine, its definition, or both. The guest sees it
   * at once if it looks. A drive of the definition that has one already has this one instead.
   *
   * @param drive name of a disk that is a {@code cdrom}
   * @param medium absolute path of a raw image, such as an ISO file
   * @throws dev.berth.error.InvalidDefinitionException when the image is missing or cannot be used
   * @throws dev.berth.error.InvalidRequestException when the disk is no drive
   * @throws dev.berth.error.NotFoundException when there is no such disk
   * @throws dev.berth.error.InvalidStateException when the machine's drive has a medium already, or
   *     there is no machine and the scope is {@link EditScope#LIVE}
   * @throws dev.berth.error.BusyException when a job about that disk is in the way
   */
  VerbResult insertMedium(
      DomainRef domain, String drive, Path medium, EditScope scope, CallOptions options);

  /**
   * Takes the medium out of a drive, of a domain's machine, its definition, or both. A guest that
   * reads it holds it; it is asked to let go of it, and has three quarters of the deadline for
   * that, or 15 s without one. The tray stays open.
   *
   * @param drive name of a disk that is a {@code cdrom}
   * @param ejection what to do when the guest holds it
   * @throws dev.berth.error.InvalidRequestException when the disk is no drive
   * @throws dev.berth.error.NotFoundException when there is no such disk
   * @throws dev.berth.error.InvalidStateException when the guest has not let go of it, the
   *     machine's drive is empty, or there is no machine and the scope is {@link EditScope#LIVE}
   * @throws dev.berth.error.BusyException when a job about that disk is in the way
   */
  VerbResult ejectMedium(
      DomainRef domain, String drive, Ejection ejection, EditScope scope, CallOptions options);

  /**
   * Pulls the cable of a network interface, or puts it in again, in a domain's machine, its
   * definition, or both.
   *
   * @param nic its name
   * @throws dev.berth.error.NotFoundException when there is no such network interface
   * @throws dev.berth.error.InvalidStateException when there is no machine and the scope is {@link
   *     EditScope#LIVE}
   */
  VerbResult setLink(
      DomainRef domain, String nic, LinkState link, EditScope scope, CallOptions options);

  /** The pools and images of this host. */
  Images images();

  /** The backups of this host's domains. */
  Backups backups();

  /** Machines whose state is in a file. */
  Saves saves();

  /** Machines that change hosts while their guests go on. Never waits. */
  Migrations migrations();

  /** Every job that goes on, and those that have ended and are kept; the newest first. */
  List<Job> jobs();

  /**
   * One job as last published.
   *
   * @throws dev.berth.error.NotFoundException when there is no such job any more
   */
  Job job(JobId job);

  /**
   * Waits until a job has ended.
   *
   * @throws dev.berth.error.NotFoundException when there is no such job any more
   * @throws dev.berth.error.DeadlineExceededException when it still goes on after the timeout
   */
  Job awaitJob(JobId job, Duration timeout);

  /**
   * Ends a job before it is done; does nothing to one that has ended.
   *
   * @return the job afterwards
   * @throws dev.berth.error.NotFoundException when there is no such job any more
   */
  Job cancelJob(JobId job);

  /**
   * Holds a job where it is, until it is resumed or cancelled. A job that has ended, or is held
   * already, stays as it is.
   *
   * @return the job afterwards
   * @throws dev.berth.error.NotFoundException when there is no such job any more
   * @throws dev.berth.error.UnsupportedException when jobs of its kind cannot be held, and why
   */
  Job pauseJob(JobId job);

  /**
   * Lets a job go on that is held. A job that has ended, or goes on, stays as it is.
   *
   * @return the job afterwards
   * @throws dev.berth.error.NotFoundException when there is no such job any more
   * @throws dev.berth.error.UnsupportedException when jobs of its kind cannot be held, and why
   */
  Job resumeJob(JobId job);

  /**
   * Sends a QMP command by hand, for what Berth has no method for. One that may change the machine
   * (any but {@code query-…} and its like) is put on record first: an event {@code domain.touched},
   * and a mark on the machine. What would take the machine from under the host ({@code quit}), and
   * what would have a sandboxed QEMU start a program, is refused however it is sent.
   *
   * <p>Fdsets below 10000 are the host's own: {@code add-fd} without {@code fdset-id} gets a number
   * from there on, and {@code add-fd} and {@code remove-fd} of a lower one are refused.
   *
   * @param resources the one file descriptor that {@code add-fd} and {@code getfd} take; nothing
   *     for other commands: see {@link QmpRequest#with}. The host has taken its own copy when the
   *     call returns, whatever its outcome; to one elsewhere it goes over its control socket. With
   *     {@code add-fd}, QEMU gets an open file description of its own of a file or block device
   *     that the host's user may open; one that another machine was given at its start is refused
   *     when either writes to it
   * @return what QEMU returns, as JSON
   * @throws dev.berth.error.InvalidRequestException when the QEMU's schema does not allow it, with
   *     everything that is wrong; or when the host does not; or when more or less is given than the
   *     command takes
   * @throws dev.berth.error.UnsupportedException when this QEMU lacks the command and others have
   *     it, or when its sandbox forbids what it would do
   * @throws dev.berth.error.QemuRefusedException when QEMU refuses it
   * @throws dev.berth.error.InvalidStateException when there is no machine that answers
   */
  String qmp(DomainRef domain, QmpRequest request, Resources resources, CallOptions options);

  /**
   * What the QEMU of a domain's machine takes over QMP: its reply to {@code query-qmp-schema}.
   *
   * @return JSON
   * @throws dev.berth.error.InvalidStateException when there is no machine that answers
   * @throws dev.berth.error.UnsupportedException when this QEMU cannot tell
   */
  String qmpSchema(DomainRef domain);

  /**
   * The events that a domain's QEMU has sent since, as soon as there is one. A few of the last are
   * kept in memory: whoever asks again with {@link QmpEvents#last} sees them all, or learns how
   * many it missed. The numbers begin anew when the host does.
   *
   * @param after the number of the last event that was seen; negative for the present number
   *     without any event
   * @param timeout how long to wait for one; there are none in the result when none came
   */
  QmpEvents qmpEvents(DomainRef domain, long after, Duration timeout);

  /**
   * Sends a command to the guest agent and waits for its answer. The guest may be hostile: what it
   * sends costs a bounded amount of memory, and of time as much as the caller gives. Without a
   * deadline that is as long as the agent takes. One command is under way at a time, others wait
   * their turn.
   *
   * @return what the agent returns, as JSON; an empty object for {@code guest-shutdown} and {@code
   *     guest-suspend-…}, which it does not answer: they are done when it is through with them, or
   *     gone
   * @throws dev.berth.error.InvalidStateException when the domain is not running, its machine has
   *     no channel for an agent, or none runs in the guest; nothing was sent
   * @throws dev.berth.error.InvalidRequestException when no known agent takes the command so, with
   *     everything that is wrong
   * @throws dev.berth.error.QemuRefusedException when the agent refuses it
   * @throws dev.berth.error.DeadlineExceededException when it does not answer in time; the message
   *     says whether the command was sent
   */
  String agent(DomainRef domain, AgentRequest request, CallOptions options);

  /**
   * Waits until the domain is in one of the states.
   *
   * @return the first such snapshot
   * @throws dev.berth.error.DeadlineExceededException when the timeout passes first
   */
  DomainSnapshot await(DomainRef domain, Set<DomainState> states, Duration timeout);

  /**
   * The newest part of a domain's log, at most {@code maxBytes}; empty when there is none.
   *
   * @param maxBytes 1 to 16 MiB
   */
  byte[] log(DomainRef domain, LogKind kind, int maxBytes);

  /** The same as {@link #console(DomainRef, ConsoleAccess)} to read and write. */
  default Console console(DomainRef domain) {
    return console(domain, ConsoleAccess.WRITE);
  }

  /**
   * Attaches to the serial console of a machine. Any number of readers see all that the guest
   * writes while they are attached; one may write. Who falls behind by more than a mebibyte is
   * detached from what the guest writes, and delays nobody.
   *
   * @throws dev.berth.error.InvalidStateException when there is no machine
   * @throws dev.berth.error.BusyException when somebody else writes, with who and since when; it
   *     goes away with {@link ConsoleAccess#READ_ONLY} or {@link ConsoleAccess#TAKE_OVER}. Also
   *     when QEMU takes no connection, because it is stalled; nobody waits for it
   */
  Console console(DomainRef domain, ConsoleAccess access);

  /**
   * The same with a port of the machine that has a name: a channel, or a further serial port. It
   * has no log, so what the guest writes while nobody is attached is lost or, on a channel, waits
   * in the guest.
   *
   * @throws dev.berth.error.NotFoundException when the machine has no port of that name
   * @throws dev.berth.error.InvalidStateException when there is no machine
   * @throws dev.berth.error.BusyException when somebody else writes, or QEMU takes no connection
   */
  Console console(DomainRef domain, String name, ConsoleAccess access);

  /**
   * The events that are kept. Its newest number is the place to begin for whoever wants what comes
   * from now on.
   */
  EventRange eventRange();

  /**
   * Every event after that sequence number, those kept and those to come. 0 starts at the oldest
   * kept, {@code eventRange().newest()} at what comes from now on.
   *
   * @throws dev.berth.error.InvalidRequestException when no event has that number yet, or it is
   *     negative
   */
  EventStream events(long afterSequence);

  /**
   * Has the listener hear every event after that sequence number, those kept and those to come, on
   * one thread of its own that is named {@code berth-events-N}. A slow listener delays nobody and
   * loses nothing before retention does; then it hears {@code host.events-missed} with what is
   * gone. A subscription to a host in another process survives that one's restarts.
   *
   * @param afterSequence as for {@link #events}
   * @throws dev.berth.error.InvalidRequestException when no event has that number yet, or it is
   *     negative
   */
  EventSubscription subscribe(long afterSequence, EventListener listener);

  /**
   * Ends this host, or just the connection to one elsewhere: refuses new calls, lets operations
   * under way reach a step that is on record, tells listeners, ends every thread, releases the
   * store. Callers that still wait get {@link dev.berth.error.HostUnreachableException}, and so do
   * readers of {@link EventStream}s; attached {@link Console}s end. Stops no guest; what QEMU does
   * goes on and is adopted by the next opening. Idempotent.
   *
   * @param patience how long operations and listeners may take before they are interrupted and undo
   *     what they did
   */
  void close(Duration patience);

  /** As {@link #close(Duration)} with a patience of ten seconds. */
  @Override
  default void close() {
    close(Duration.ofSeconds(10));
  }
}
