package dev.berth.engine;

/**
 * What one kind of job about machines does: the jobs meet a machine that is adopted, too, and come
 * to their ends when theirs has ended. Runs in the driver's turns.
 */
interface MachineJobWork extends JobWork {

  /**
   * A machine was adopted: what has become of the jobs about it? Jobs about others are left alone.
   */
  void resume(Lifecycle.Active active);
}
