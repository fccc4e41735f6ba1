"""The first page: is my region healthy, and where do I look?"""
