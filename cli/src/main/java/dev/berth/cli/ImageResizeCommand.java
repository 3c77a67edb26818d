package dev.berth.cli;

import dev.berth.host.Shrinking;
import dev.berth.image.ImageName;
import dev.berth.job.Job;
import java.io.IOException;

/** {@code vmctl image resize}. */
final class ImageResizeCommand implements Command {
  private final Parameter<Boolean> shrink;
  private final JobWaiting waiting;
  private final Parameter<String> name;
  private final Parameter<String> size;

  ImageResizeCommand(Parameters parameters) {
    shrink = parameters.flag("--shrink", "Make it smaller too: what is at its end is lost.");
    waiting = new JobWaiting(parameters);
    name = parameters.argument(ImageWords.LABEL, ImageWords.DESCRIPTION);
    size = parameters.second("SIZE", "What it shall have, such as 20GiB.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Job job =
        session
            .host()
            .images()
            .resize(
                ImageName.of(name.value()),
                CommandName.size(size.value()),
                shrink.value() ? Shrinking.ALLOWED : Shrinking.REFUSED,
                waiting.job(),
                waiting.call());
    return waiting.finish(session, job);
  }
}
