package dev.berth.engine;

import dev.berth.engine.ImageLedger.Entry;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.thread.Mailbox;
import dev.berth.store.Change;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs about backups that belong to no domain, as the ledger of the host has them. */
record HostJobBook(HostServices host, ImageLedger ledger) implements JobBook {
  /** How long until a store that failed is asked again. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(HostJobBook.class);

  @Override
  public Mailbox mailbox() {
    return ledger.mailbox();
  }

  @Override
  public DomainJobs jobs() {
    return ledger.jobs();
  }

  @Override
  public CompletionStage<Void> goesOn(KeptJob job) {
    return ledger.record(Entry.by(job.job().origin().actor()).goesOn(job));
  }

  @Override
  public CompletionStage<Void> ended(KeptJob job, List<Change> changes) {
    Entry entry = Entry.by(job.job().origin().actor()).ended(job);
    changes.forEach(entry::change);
    return ledger
        .record(entry)
        .exceptionally(
            failure -> {
              LOG.warn(
                  "How job {} ended cannot be recorded yet: {}",
                  job.job().id(),
                  failure.getMessage());
              host.timers().after(RETRY, () -> mailbox().event(() -> ended(job, changes)));
              return null;
            });
  }
}
