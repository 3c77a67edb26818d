package dev.berth.cli;

import dev.berth.image.ImageName;
import dev.berth.json.Json;
import java.io.IOException;

/** {@code vmctl image delete}. */
final class ImageDeleteCommand implements Command {
  private final Parameters.Deadline deadline;
  private final Parameter<String> name;

  ImageDeleteCommand(Parameters parameters) {
    deadline = parameters.deadlineAndTurn();
    name = parameters.argument(ImageWords.LABEL, ImageWords.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ImageName image = ImageName.of(name.value());
    session.host().images().delete(image, deadline.options());
    session
        .output()
        .result(() -> Json.object().put("image", image.text()), () -> image + ": deleted");
    return ExitCodes.OK;
  }
}
