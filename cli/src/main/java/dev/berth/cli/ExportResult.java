package dev.berth.cli;

import dev.berth.backup.ExportCodec;
import dev.berth.backup.PullBackup;
import dev.berth.cli.output.ExportTable;
import dev.berth.host.CallOptions;
import dev.berth.job.JobId;
import java.io.IOException;

/** What a command prints of disks that are served. */
final class ExportResult {
  private ExportResult() {}

  /** Prints where they are served. */
  static int print(Session session, JobId job, CallOptions options)
      throws IOException, InterruptedException {
    PullBackup served = session.host().backups().exported(job, options);
    session.output().result(() -> ExportCodec.write(served), () -> ExportTable.page(served));
    return ExitCodes.OK;
  }
}
