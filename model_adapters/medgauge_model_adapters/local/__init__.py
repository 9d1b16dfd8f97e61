"""What engines that run in this process share: checkpoints on disk, tokens in words, options by likelihood."""
