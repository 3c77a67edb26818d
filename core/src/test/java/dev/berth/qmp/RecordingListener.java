package dev.berth.qmp;

/** Has a connection recorded; its events go no further. */
record RecordingListener(QmpRecorder recorder) implements QmpEventListener {
  @Override
  public void event(QmpEvent event) {}
}
