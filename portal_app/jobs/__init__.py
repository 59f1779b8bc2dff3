"""What the portal does by itself: the schedule, and one module for each job."""
