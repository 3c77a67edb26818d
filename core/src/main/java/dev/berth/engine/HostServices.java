package dev.berth.engine;

import dev.berth.domain.DomainEvent;
import dev.berth.engine.backup.BackupFiles;
import dev.berth.engine.backup.BackupRecords;
import dev.berth.engine.backup.ServedDisks;
import dev.berth.engine.image.FilesInChange;
import dev.berth.engine.image.NamedImages;
import dev.berth.engine.migration.HostNetwork;
import dev.berth.engine.migration.Peers;
import dev.berth.engine.save.DumpFiles;
import dev.berth.engine.save.SaveFiles;
import dev.berth.engine.step.Provision;
import dev.berth.engine.thread.OperationThreads;
import dev.berth.engine.thread.PeerThreads;
import dev.berth.engine.thread.Timers;
import dev.berth.image.ImageFiles;
import dev.berth.machine.MachineLauncher;
import dev.berth.store.Commit;
import dev.berth.store.Store;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What all drivers of one host share.
 *
 * @param store durable truth
 * @param launcher makes and recognises machines
 * @param dumpFiles what guests' memory is written to
 * @param backupFiles what guests' disks are written to
 * @param saveFiles what machines are saved to
 * @param peers the hosts that machines are moved to
 * @param network where machines of other hosts come in
 * @param images what looks into images
 * @param servedDisks what is asked of guests' disks that are served
 * @param journal tells event streams that there is something to read
 * @param clock the host's clock
 * @param turns the shared driver threads
 * @param files threads for file work that a turn must not wait for
 * @param patient threads for what the kernel or storage may hold up for long: ending the processes
 *     of a start, removing logs; many, so that those of one domain keep no other waiting
 * @param backups threads for what backups do with QEMU and storage, which takes as long as disks
 *     are large
 * @param looks threads for what is quick unless storage hangs: listing backups, planning by what is
 *     there; behind no other's images
 * @param restores threads for what reads whole backups: a few, so that they do not get in each
 *     other's way
 * @param peerThreads threads that wait for other hosts
 * @param timers when things are due
 * @param operations threads of multi-step work
 * @param provision sees to what starts are given
 * @param filesInChange what no machine is to open now
 * @param backupRecords what is on record of complete backups
 * @param departed the migrations of domains that have gone
 * @param namedImages looks up images of pools
 * @param managedSaves the directory with the saved machines that the host keeps
 * @param settings limits and times
 * @param boot id of the present boot of the machine that the host runs on; empty when not known
 */
record HostServices(
    Store store,
    MachineLauncher launcher,
    DumpFiles dumpFiles,
    BackupFiles backupFiles,
    SaveFiles saveFiles,
    Peers peers,
    HostNetwork network,
    ImageFiles images,
    ServedDisks servedDisks,
    EventJournal journal,
    Clock clock,
    Executor turns,
    Executor files,
    Executor patient,
    Executor backups,
    Executor looks,
    Executor restores,
    PeerThreads peerThreads,
    Timers timers,
    OperationThreads operations,
    Provision provision,
    FilesInChange filesInChange,
    BackupRecords backupRecords,
    DepartedJobs departed,
    NamedImages namedImages,
    Path managedSaves,
    EngineSettings settings,
    String boot) {

  Instant now() {
    return clock.instant();
  }

  /** Commits; completes on a driver thread, so that nothing of ours holds up the store. */
  CompletableFuture<List<DomainEvent>> commit(Commit commit) {
    return store.commit(commit).thenApplyAsync(events -> events, turns);
  }

  /** Tells readers of durable events, once what they tell of is published. */
  void announce(List<DomainEvent> events) {
    if (!events.isEmpty()) {
      journal.announce(events.get(events.size() - 1).sequence());
    }
  }
}
