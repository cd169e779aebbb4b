"""What one seeded repetition draws and judges, of true claims and of false ones."""
