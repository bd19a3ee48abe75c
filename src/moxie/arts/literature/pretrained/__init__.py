"""Language models that others trained, made an author's own. Needs the extra `[pretrained]`."""
