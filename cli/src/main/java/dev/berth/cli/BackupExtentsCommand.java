package dev.berth.cli;

import dev.berth.backup.DiskExtents;
import dev.berth.backup.ExportCodec;
import dev.berth.cli.output.ExportTable;
import dev.berth.error.InvalidRequestException;
import java.io.IOException;

/** {@code vmctl backup extents}. */
final class BackupExtentsCommand implements Command {
  private final Parameter<String> from;
  private final Parameters.Deadline deadline;
  private final Parameter<String> id;
  private final Parameter<String> disk;

  BackupExtentsCommand(Parameters parameters) {
    from =
        parameters.option(
            "--from", "OFFSET", text -> text, "0", "Begin there, in bytes; as 'next' says.");
    deadline = parameters.deadline();
    id = parameters.argument(JobResult.LABEL, JobResult.DESCRIPTION);
    disk = parameters.second("DISK", "The disk.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    DiskExtents extents =
        session
            .host()
            .backups()
            .extents(JobResult.id(id.value()), disk.value(), offset(), deadline.options());
    session.output().result(() -> ExportCodec.write(extents), () -> ExportTable.rows(extents));
    return ExitCodes.OK;
  }

  private long offset() {
    try {
      return Long.parseLong(from.value());
    } catch (NumberFormatException none) {
      throw new InvalidRequestException("--from: '" + from.value() + "' is no number of bytes.");
    }
  }
}
