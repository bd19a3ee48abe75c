"""Long work: a queue that outlives the server, a process for each job, and what each kind does."""
