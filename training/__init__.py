"""Fine-tuning, calibration, evaluation and export."""
