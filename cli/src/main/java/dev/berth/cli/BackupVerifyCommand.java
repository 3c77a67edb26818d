package dev.berth.cli;

import dev.berth.job.Job;
import java.io.IOException;

/** {@code vmctl backup verify}. */
final class BackupVerifyCommand implements Command {
  private final JobWaiting waiting;
  private final BackupPlace place;

  BackupVerifyCommand(Parameters parameters) {
    waiting = new JobWaiting(parameters);
    place = new BackupPlace(parameters);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job =
        session
            .host()
            .backups()
            .verify(place.directory(session), place.name(), waiting.job(), waiting.call());
    return waiting.finish(session, job);
  }
}
