package dev.berth.control;

/** The methods that are for whoever would sit in front of the machine. */
final class FrontMethods {
  static final String SCREENSHOT = "domain.screenshot";

  private FrontMethods() {}

  static void addTo(Methods methods) {
    methods.call(
        SCREENSHOT,
        (host, params) ->
            ResultCodec.bytes(
                host.screenshot(ArgumentCodec.domain(params), ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        ArgumentCodec.DEADLINE);
  }
}
