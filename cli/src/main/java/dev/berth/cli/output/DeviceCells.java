package dev.berth.cli.output;

import dev.berth.host.EditScope;
import dev.berth.job.JobId;
import java.util.Optional;

/** What every device of a domain has, for people. */
final class DeviceCells {
  private DeviceCells() {}

  static Table.Cell owner(EditScope scope) {
    return Table.cell(
        switch (scope) {
          case LIVE -> "machine";
          case CONFIG -> "definition";
          case BOTH -> "both";
        });
  }

  static Table.Cell place(Optional<String> place) {
    return Table.cell(Printable.line(place.orElse("")));
  }

  static Table.Cell note(Optional<JobId> leaving) {
    return Table.cell(leaving.map(job -> "leaving: job " + job).orElse(""));
  }
}
