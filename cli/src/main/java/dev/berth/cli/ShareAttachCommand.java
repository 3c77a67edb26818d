package dev.berth.cli;

import java.io.IOException;

/** {@code vmctl share attach}. */
final class ShareAttachCommand implements Command {
  private final Parameter<String> share;
  private final Parameter<String> source;
  private final Parameter<String> tag;
  private final Parameter<Boolean> readOnly;
  private final DeviceItem item;

  ShareAttachCommand(Parameters parameters) {
    share = parameters.option("--name", "SHARE", text -> text, "The share's name in the domain.");
    source =
        parameters.option(
            "--source", "DIRECTORY", text -> text, "The directory, on the host of the domain.");
    tag =
        parameters.option(
            "--tag", "TAG", text -> text, "By which the guest mounts it, instead of its name.");
    readOnly = parameters.flag("--read-only", "The guest is kept from writing.");
    item = DeviceItem.withoutResources(parameters, "share", "an item of 'shares' in a definition");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    item.put("name", share.given());
    item.put("source", source.given());
    item.put("tag", tag.given());
    if (readOnly.value()) {
      item.put("read-only");
    }
    return item.attach(
        session,
        (host, domain, document, scope, resources, options) ->
            host.attachShare(domain, document, scope, options));
  }
}
