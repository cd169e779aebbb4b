"""The decoupling argument as a study: one path, the gap at growing sizes, the outliers."""
