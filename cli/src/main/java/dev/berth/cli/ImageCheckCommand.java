package dev.berth.cli;

import dev.berth.image.ImageName;
import dev.berth.image.Repair;
import dev.berth.job.Job;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** {@code vmctl image check}. */
final class ImageCheckCommand implements Command {
  private static final List<String> REPAIRS =
      Arrays.stream(Repair.values()).map(Repair::text).toList();

  private final Parameter<String> repair;
  private final JobWaiting waiting;
  private final Parameter<String> name;

  ImageCheckCommand(Parameters parameters) {
    repair =
        parameters.option(
            "--repair",
            "WHAT",
            text -> text,
            REPAIRS,
            "What to repair: " + String.join(", ", REPAIRS) + ". Default: none");
    waiting = new JobWaiting(parameters);
    name = parameters.argument(ImageWords.LABEL, ImageWords.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job =
        session
            .host()
            .images()
            .check(ImageName.of(name.value()), repair(), waiting.job(), waiting.call());
    return waiting.finish(session, job);
  }

  private Repair repair() {
    String word = repair.given().orElse(Repair.NONE.text());
    return Arrays.stream(Repair.values())
        .filter(each -> each.text().equals(word))
        .findFirst()
        .orElseThrow(
            () -> new UsageException("--repair is one of " + String.join(", ", REPAIRS) + "."));
  }
}
