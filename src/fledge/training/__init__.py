"""The loop: Learner, Run, callbacks, schedules, checkpoints."""
