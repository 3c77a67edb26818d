package dev.berth.cli;

import dev.berth.cli.output.ImageTable;
import dev.berth.control.ImageCodec;
import dev.berth.image.Image;
import dev.berth.image.ImageName;
import java.io.IOException;
import java.util.List;

/** {@code vmctl image info}. */
final class ImageInfoCommand implements Command {
  private final Parameter<String> name;

  ImageInfoCommand(Parameters parameters) {
    name = parameters.argument(ImageWords.LABEL, ImageWords.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Image image = session.host().images().image(ImageName.of(name.value()));
    session.output().result(() -> ImageCodec.write(image), () -> ImageTable.rows(List.of(image)));
    return ExitCodes.OK;
  }
}
