package dev.berth.launcher;

/**
 * What runs guest code.
 *
 * @param accelerator {@code kvm} or {@code tcg}
 * @param reason why that one, as a sentence without its full stop
 */
record AcceleratorVerdict(String accelerator, String reason) {
  static final String KVM = "kvm";
  static final String TCG = "tcg";

  boolean isKvm() {
    return accelerator.equals(KVM);
  }
}
